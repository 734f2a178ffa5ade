/**
 * The fewest of these steps with which it still fails: first the shortest beginning, then without whatever it can do without.
 *
 * @param fails - Whether it fails with these steps only.
 * @param triesMax - How often it may be asked.
 */
export async function shrink(
  steps: readonly number[],
  fails: (only: readonly number[]) => Promise<boolean>,
  triesMax: number,
): Promise<readonly number[]> {
  let left = triesMax;
  const tryWith = async (only: readonly number[]): Promise<boolean> => {
    if (left === 0) return false;
    left -= 1;
    return fails(only);
  };
  let [passing, failing] = [0, steps.length];
  while (failing - passing > 1 && left > 0) {
    const middle = Math.floor((passing + failing) / 2);
    if (await tryWith(steps.slice(0, middle))) failing = middle;
    else passing = middle;
  }
  let kept = steps.slice(0, failing);
  for (let size = Math.ceil(kept.length / 2); size >= 1 && left > 0; size = size === 1 ? 0 : Math.ceil(size / 2))
    for (let start = 0; start < kept.length && left > 0; ) {
      const without = [...kept.slice(0, start), ...kept.slice(start + size)];
      if (without.length < kept.length && (await tryWith(without))) kept = without;
      else start += size;
    }
  return kept;
}
