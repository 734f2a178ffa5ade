let turns = 0;

/**
 * Goes between a time and an id where keys are to sort by time: what this process writes within one millisecond stays in its
 * order. A test's clock may stand still for all of it.
 */
export function nextTurn(): string {
  turns += 1;
  return String(turns).padStart(12, '0');
}
