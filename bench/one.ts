/** One benchmark in a process of its own, so that none warms or fills the heap of the next: `node one.ts <name> whole`. */
import { measureCycles, measureLookUp } from './cycles.ts';
import { measureImports } from './imports.ts';
import { measurePlanning } from './planning.ts';
import { measureDistantPull, measureMemory, measurePull } from './pull.ts';
import type { Report } from './report.ts';

const share = process.argv[3] === 'quick' ? 0.1 : 1;
const some = (count: number) => Math.ceil(count * share); // of the whole work

const BENCHMARKS: Readonly<Record<string, () => Report | Promise<Report>>> = {
  planning: () => measurePlanning(some(200)),
  pull: () => measurePull({ contacts: some(100_000), rowByRow: some(20_000), rounds: some(3) }),
  'distant-pull': () => measureDistantPull({ contacts: some(100_000), rounds: some(2), latencyMs: 500 }),
  memory: () => measureMemory({ few: 10_000, some: 50_000, many: some(300_000) }),
  cycles: () => measureCycles({ contacts: some(100_000), changes: some(10_000) }),
  'look-up': () => measureLookUp({ contacts: some(300_000), lookUps: some(20_000) }),
  imports: () => measureImports(some(20)),
};

console.log(JSON.stringify(await BENCHMARKS[process.argv[2]!]!()));
