import { parseArgs } from 'node:util';
import { CrmSyncEngine } from 'crm-sync-engine';
import { hubspot } from 'crm-sync-engine/hubspot';
import { salesforce } from 'crm-sync-engine/salesforce';
import { type SimulationOptions, simulate } from 'crm-sync-engine/testing';
import { STORES } from './stores.ts';

const { values } = parseArgs({
  options: {
    steps: { type: 'string', default: '30000' },
    // Most faults take fewer than twenty of the steps: many short lives come upon more of them than a few long ones.
    each: { type: 'string', default: '60' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000_000) },
    crm: { type: 'string', multiple: true, default: ['salesforce', 'hubspot'] },
    store: { type: 'string', default: 'memory' },
    // What each deployment has beside people; a seed chooses where none is named.
    beside: { type: 'string', multiple: true },
  },
});
const [steps, each, firstSeed] = [Number(values.steps), Number(values.each), Number(values.seed)];
const connectors = {
  ...(values.crm.includes('salesforce') && { salesforce }),
  ...(values.crm.includes('hubspot') && { hubspot }),
};
const BESIDE = ['companies', 'segments', 'troubled companies'] as const satisfies SimulationOptions['beside'];
const beside = values.beside === undefined ? undefined : BESIDE.filter((what) => values.beside?.includes(what));
const openStores = STORES[values.store as keyof typeof STORES];
if (
  openStores === undefined ||
  Object.keys(connectors).length === 0 ||
  beside?.length !== values.beside?.length ||
  ![steps, each, firstSeed].every(Number.isInteger)
)
  throw new Error(
    `Give --crm salesforce or hubspot, --store ${Object.keys(STORES).join(', ')}, --beside ${BESIDE.map((what) => `'${what}'`).join(', ')}, and whole numbers for --steps, --each and --seed.`,
  );

const say = (line: string): void => void process.stdout.write(`${line}\n`);
/** How often it says how far it is. */
const PROGRESS_MS = 30_000;
const startedAt = performance.now();
const totals = new Map<string, number>([['deployments', 0]]);
const failed: number[] = [];
const add = (what: string, count: number): void => void totals.set(what, (totals.get(what) ?? 0) + count);
const tell = (): void => {
  const counts = [...totals].map(([what, count]) => `${count} ${what}`);
  say(`${Math.round((performance.now() - startedAt) / 1000)} s: ${counts.join(', ')}; seeds that failed: ${failed.join(', ') || 'none'}`);
};

/** The same deployment by itself: another CRM or store makes another one of the seed. */
const again = (seed: number): string => {
  const named = [...values.crm.map((crm) => `--crm ${crm}`), ...(beside ?? []).map((what) => `--beside '${what}'`)];
  return `npm run simulate -- --seed ${seed} --steps ${each} --each ${each} --store ${values.store} ${named.join(' ')}`;
};

say(`Deployments of ${each} steps from seed ${firstSeed} on, ${values.crm.join(' and ')}, store ${values.store}.`);
await using stores = await openStores();
let toldAt = startedAt;
for (let seed = firstSeed; (seed - firstSeed) * each < steps; seed += 1) {
  const report = await simulate({
    seed,
    steps: each,
    connectors,
    store: stores.make,
    engine: (options) => new CrmSyncEngine(options),
    ...(beside !== undefined && { beside }),
  });
  add('deployments', 1);
  for (const [what, count] of Object.entries(report.totals)) add(what, count);
  if (report.text !== '') {
    failed.push(seed);
    say(report.text);
    say(`Once more: ${again(seed)}`);
  }
  if (performance.now() - toldAt > PROGRESS_MS) {
    tell();
    toldAt = performance.now();
  }
}
tell();
// The requests of processes that died are never answered: their time limits would keep this one alive for minutes.
process.exit(failed.length > 0 ? 1 : 0);
