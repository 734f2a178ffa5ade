/** What one measured piece of work took, in milliseconds. */
export interface Timing {
  readonly best: number;
  readonly median: number;
}

export const median = (values: readonly number[]): number => {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
};

export const percentile = (values: readonly number[], share: number): number =>
  [...values].sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * share))]!;

/**
 * Times several pieces of work in turns, so that whatever else the machine does meets all of them alike. The best round of
 * each is what it costs undisturbed; ratios of these hold where single times do not.
 */
export function inTurns<Name extends string>(
  work: Readonly<Record<Name, () => unknown>>,
  { rounds, warmUp = Math.ceil(rounds / 4) }: { readonly rounds: number; readonly warmUp?: number },
): Readonly<Record<Name, Timing>> {
  const names = Object.keys(work) as Name[];
  const taken = new Map<Name, number[]>(names.map((name) => [name, []]));
  for (let round = 0; round < warmUp + rounds; round += 1)
    for (const name of names) {
      const from = performance.now();
      kept = work[name]();
      const took = performance.now() - from;
      if (round >= warmUp) taken.get(name)!.push(took);
    }
  return Object.fromEntries(names.map((name) => [name, timingOf(taken.get(name)!)])) as Record<Name, Timing>;
}

const timingOf = (taken: readonly number[]): Timing => ({ best: Math.min(...taken), median: median(taken) });

/** A result that nobody looks at could be optimised away together with the work. */
export let kept: unknown;
