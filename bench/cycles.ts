import type { BoundStore, CrmSyncEngine, RowChange } from 'crm-sync-engine';
import { startCrm } from './crm/start.ts';
import { importedEngine, SCOPE } from './engine.ts';
import { phoneOf, type schema } from './people.ts';
import type { Report } from './report.ts';
import { percentile } from './rounds.ts';
import { openStore } from './stores.ts';

const PAGE = 1_000;
const LOOK_UPS_IN_A_ROUND = 2_000;

/** What a schedule costs where nothing happened, and a push where much did. */
export async function measureCycles({ contacts, changes }: { readonly contacts: number; readonly changes: number }): Promise<Report> {
  const crm = await startCrm();
  const { store } = await openStore('sqlite');
  const { engine } = await importedEngine(store, crm.url, contacts);
  const idle = [];
  for (let round = 0; round < 5; round += 1) idle.push(await timed(() => engine.sync()));
  await edit(store.bind(SCOPE), changes);
  const push = await timed(() => engine.push());
  crm.stop();
  if (push.run.counts.updated !== changes) throw new Error(`${push.run.counts.updated} of ${changes} changes were sent.`);
  const best = idle.reduce((a, b) => (b.milliseconds < a.milliseconds ? b : a));
  return {
    title: `Cycles with ${contacts.toLocaleString('en')} contacts in SQLite`,
    rows: [
      { what: 'sync, nothing new', milliseconds: best.milliseconds, 'API calls': best.run.apiCalls },
      { what: `push of ${changes} changes`, milliseconds: push.milliseconds, 'API calls': push.run.apiCalls },
    ],
    ratios: [],
  };
}

async function timed(work: () => ReturnType<CrmSyncEngine<typeof schema>['push']>) {
  const from = performance.now();
  const run = await work();
  return { milliseconds: performance.now() - from, run };
}

/** Edits by the host, past the engine: the store has them, nobody sent them. */
async function edit(store: BoundStore, count: number): Promise<void> {
  const scan = { entity: 'contact', object: '', want: 'all', plan: '', now: 0 } as const;
  let after: string | null = null;
  for (let done = 0; done < count; done += PAGE) {
    const rows = await store.scan({ ...scan, after, limit: Math.min(PAGE, count - done) });
    const edits = rows.map(({ id, version }): RowChange => ({ kind: 'update', contactId: id, expected: version, set: { score: 12_345 } }));
    await store.commit({ rows: edits, entries: [] });
    after = rows.at(-1)?.id ?? null;
  }
}

/** What a call that comes in waits for: the contact of its number. Of the rounds, the one that was disturbed least. */
export async function measureLookUp({ contacts, lookUps }: { readonly contacts: number; readonly lookUps: number }): Promise<Report> {
  const crm = await startCrm();
  const { store } = await openStore('sqlite');
  const { engine } = await importedEngine(store, crm.url, contacts);
  crm.stop();
  const taken: number[][] = [];
  for (let index = 0; index < lookUps; index += 1) {
    if (index % LOOK_UPS_IN_A_ROUND === 0) taken.push([]);
    const number = phoneOf((index * 7_919) % contacts);
    const from = performance.now();
    const { contact } = await engine.contacts.byPhone(number);
    taken.at(-1)!.push(performance.now() - from);
    if (contact === null) throw new Error(`Nobody has ${number}.`);
  }
  const bestOf = (share: number) => Math.min(...taken.map((round) => percentile(round, share)));
  return {
    title: `Look-up by number among ${contacts.toLocaleString('en')} contacts in SQLite, milliseconds`,
    rows: [{ 'look-ups': lookUps, p50: bestOf(0.5), p99: bestOf(0.99), slowest: Math.max(...taken.flat()) }],
    ratios: [{ name: 'p99 in milliseconds', value: bestOf(0.99), target: 2 }],
  };
}
