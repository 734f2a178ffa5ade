/** One first pull, alone in its process: `node pull-once.ts <who> <url> <contacts>`; tells how long it took and how much memory. */
import { pullIntoPostgres } from './by-hand/postgres.ts';
import { pullIntoSqlite } from './by-hand/sqlite.ts';
import { importedEngine } from './engine.ts';
import { openStore, type StoreKind } from './stores.ts';

export type Who = StoreKind | `${'sqlite' | 'postgres'} by hand, ${'row by row' | 'page by page'}`;

export interface PullOnce {
  readonly seconds: number;
  /** Of this process alone, all threads: hardly changes with what else the machine does. */
  readonly cpuSeconds: number;
  readonly apiCalls: number | null;
  readonly peakMegabytes: number;
}

const [who, url, total] = [process.argv[2] as Who, process.argv[3]!, Number(process.argv[4])];

async function byEngine(kind: StoreKind): Promise<number> {
  const { store, close } = await openStore(kind);
  const { run } = await importedEngine(store, url, total);
  await close();
  return run.apiCalls;
}

async function byHand(database: string, transaction: 'row' | 'page'): Promise<null> {
  await (database === 'sqlite' ? pullIntoSqlite : pullIntoPostgres)(url, total, transaction);
  return null;
}

const from = performance.now();
const cpuFrom = process.cpuUsage();
const [database = '', loop] = who.split(' by hand, ');
const apiCalls = loop === undefined ? await byEngine(who as StoreKind) : await byHand(database, loop === 'row by row' ? 'row' : 'page');
const seconds = (performance.now() - from) / 1000;
const { user, system } = process.cpuUsage(cpuFrom);
const result: PullOnce = {
  seconds,
  cpuSeconds: (user + system) / 1e6,
  apiCalls,
  peakMegabytes: process.resourceUsage().maxRSS / 1024,
};
console.log(JSON.stringify(result));
