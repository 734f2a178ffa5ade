/** One first pull, alone in its process: `node pull-once.ts <who> <url> <contacts>`; tells how long it took and how much memory. */
import { pullIntoSqlite } from './by-hand/sqlite.ts';
import { importedEngine } from './engine.ts';
import { openStore, type StoreKind } from './stores.ts';

export interface PullOnce {
  readonly seconds: number;
  /** Of this process alone, all threads: hardly changes with what else the machine does. */
  readonly cpuSeconds: number;
  readonly apiCalls: number | null;
  readonly peakMegabytes: number;
}

const [who, url, total] = [process.argv[2]!, process.argv[3]!, Number(process.argv[4])];
const from = performance.now();
const cpuFrom = process.cpuUsage();
let apiCalls: number | null = null;
if (who === 'by hand, row by row') await pullIntoSqlite(url, total, 'row');
else if (who === 'by hand, page by page') await pullIntoSqlite(url, total, 'page');
else apiCalls = (await importedEngine(openStore(who as StoreKind), url, total)).run.apiCalls;
const seconds = (performance.now() - from) / 1000;
const { user, system } = process.cpuUsage(cpuFrom);
const result: PullOnce = { seconds, cpuSeconds: (user + system) / 1e6, apiCalls, peakMegabytes: process.resourceUsage().maxRSS / 1024 };
console.log(JSON.stringify(result));
