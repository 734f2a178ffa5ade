import { startPostgres } from '../test/postgres/start-postgres.ts';
import { startCrm } from './crm/start.ts';
import { inProcess } from './in-process.ts';
import type { PullOnce, Who } from './pull-once.ts';
import type { Ratio, Report } from './report.ts';
import { median } from './rounds.ts';

const WHO = [
  'memory',
  'sqlite',
  'sqlite by hand, page by page',
  'sqlite by hand, row by row',
  'postgres',
  'postgres by hand, page by page',
  'postgres by hand, row by row',
] as const satisfies readonly Who[];

export interface PullSizes {
  readonly contacts: number;
  /** Of the loops with a transaction a row, which are slow. */
  readonly rowByRow: number;
  readonly rounds: number;
}

/** First pulls over HTTP from a CRM in another process, each in a fresh process, in turns. */
export async function measurePull({ contacts, rowByRow, rounds }: PullSizes): Promise<Report> {
  const sizeOf = (who: Who) => (who.endsWith('row by row') ? rowByRow : contacts);
  const { best, rows } = await measured({ who: WHO, sizeOf, rounds, latencyMs: 0 });
  const over = (who: Who, other: Who, of: Measure, target: number): Ratio => ({
    name: `${of === 'seconds' ? 'time' : 'CPU time'} by contact: ${who} / ${other}`,
    value: best(who, of) / best(other, of),
    target,
  });
  return {
    title: 'First pull, the best of its rounds',
    rows,
    ratios: (['sqlite', 'postgres'] as const).flatMap((store) => [
      over(store, `${store} by hand, page by page`, 'seconds', 1),
      over(store, `${store} by hand, page by page`, 'cpuSeconds', 1),
      over(store, `${store} by hand, row by row`, 'seconds', 0.1),
    ]),
  };
}

/** The same beside the loops with a transaction a page, where a page takes as long as CRMs take for one. */
export async function measureDistantPull({
  contacts,
  rounds,
  latencyMs,
}: Omit<PullSizes, 'rowByRow'> & { readonly latencyMs: number }): Promise<Report> {
  const who = WHO.filter((one) => one !== 'memory' && !one.endsWith('row by row'));
  const { best, rows } = await measured({ who, sizeOf: () => contacts, rounds, latencyMs });
  return {
    title: `First pull where each answer of the CRM takes ${latencyMs} ms, the best of its rounds`,
    rows,
    ratios: (['sqlite', 'postgres'] as const).map((store) => ({
      name: `time: ${store} / ${store} by hand, page by page, ${latencyMs} ms an answer`,
      value: best(store, 'seconds') / best(`${store} by hand, page by page`, 'seconds'),
      target: 1,
    })),
  };
}

type Measure = 'seconds' | 'cpuSeconds';

interface Pulls {
  readonly who: readonly Who[];
  readonly sizeOf: (who: Who) => number;
  readonly rounds: number;
  readonly latencyMs: number;
}

async function measured({ who: all, sizeOf, rounds, latencyMs }: Pulls) {
  const crm = await startCrm(latencyMs);
  const postgres = await startPostgres({ durable: true });
  process.env['BENCH_POSTGRES'] = postgres.url;
  const taken = new Map<Who, PullOnce[]>(all.map((who) => [who, []]));
  for (let round = 0; round < rounds; round += 1)
    for (const who of all) taken.get(who)!.push(await inProcess<PullOnce>('pull-once.ts', [who, crm.url, sizeOf(who)]));
  crm.stop();
  await postgres.stop();
  const best = (who: Who, of: Measure) => Math.min(...taken.get(who)!.map((one) => one[of])) / sizeOf(who);
  const rows = all.map((who) => ({
    into: who,
    contacts: sizeOf(who),
    'contacts per second': 1 / best(who, 'seconds'),
    'CPU microseconds by contact': best(who, 'cpuSeconds') * 1e6,
    'API calls': taken.get(who)![0]!.apiCalls,
    'peak MB': median(taken.get(who)!.map(({ peakMegabytes }) => peakMegabytes)),
  }));
  return { best, rows };
}

/** Peak memory of the process by the number of contacts; a few pages do not fill the heap that V8 allows itself before it collects. */
export async function measureMemory({ few, some, many }: Readonly<Record<'few' | 'some' | 'many', number>>): Promise<Report> {
  const crm = await startCrm();
  const postgres = await startPostgres({ durable: true });
  process.env['BENCH_POSTGRES'] = postgres.url;
  const rows: { into: string; contacts: number; 'peak MB': number }[] = [];
  for (const into of ['sqlite', 'postgres'] as const)
    for (const contacts of [few, some, many])
      rows.push({ into, contacts, 'peak MB': (await inProcess<PullOnce>('pull-once.ts', [into, crm.url, contacts])).peakMegabytes });
  crm.stop();
  await postgres.stop();
  const peak = (into: string, of: number) => rows.find((row) => row.into === into && row.contacts === of)!['peak MB'];
  return {
    title: 'Memory of a first pull, the whole process',
    rows,
    ratios: ['sqlite', 'postgres'].flatMap((into) =>
      [few, some].map(
        (contacts): Ratio => ({
          name: `peak memory, ${into}: ${many} / ${contacts} contacts`,
          value: peak(into, many) / peak(into, contacts),
          target: 1.3,
        }),
      ),
    ),
  };
}
