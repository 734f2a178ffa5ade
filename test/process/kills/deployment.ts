import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Clock, SegmentEvent } from 'crm-sync-engine';
import { openAccount, serve } from './account.ts';
import { type About, CALLS, type CrmName } from './host.ts';
import { segmentLog } from './segment-log.ts';
import type { Place } from './store.ts';
import type { Flow, Orders } from './worker.ts';

const WORKER = fileURLToPath(new URL('./worker.ts', import.meta.url));
const START = Date.parse('2026-01-05T09:00:00Z');
/** What is older than that is read once, and no overlap of a later read makes up for a page that was lost. */
const AGE_MS = 24 * 3_600_000;

/** What happens in the life of a process: a request arrives and takes effect, a commit begins and has ended. */
export type Moment = 'request' | 'effect' | 'commit' | 'committed';

/** Where a process is to be killed in a flow: at its n-th moment of companies, or of people, or so long after it. */
export interface Death {
  readonly about: About;
  readonly at: number;
  readonly afterMs: number;
}

export interface Kill {
  readonly crm: CrmName;
  readonly flow: Flow;
  /** The last that was heard of the process. */
  readonly struck: Moment;
  readonly about: About;
}

/** How much happened. */
export type Counts = Readonly<Record<About, number>>;
export const NONE: Counts = { companies: 0, people: 0 };

export interface Life {
  /** Null: it did all that it was to do. */
  readonly killed: Kill | null;
  /** How many of its flows it ended. */
  readonly ended: number;
  /** How much happened in each of its flows. */
  readonly moments: readonly Counts[];
}

/** A CRM in this process, a store at its place, and processes of the host that come and go, all on one clock. */
export async function deploy(crm: CrmName, place: Place) {
  let ahead = START - AGE_MS - Date.now();
  const clock: Clock = {
    now: () => Date.now() + ahead,
    sleep: async (ms) => {
      ahead += ms;
    },
  };
  const account = await openAccount(crm, clock);
  await clock.sleep(AGE_MS);
  const first = new Set([...account.people(), ...account.companies()].map(({ id }) => id));
  const log = segmentLog();
  let meet: (moment: Moment, about: About) => Promise<boolean> = async () => false;
  const server = await serve(crm, account, (moment, about) => meet(moment, about));
  const access = { crm, url: server.url, accessToken: account.accessToken };
  let unhandled = CALLS.map((_, index) => index);

  /** A process of the host, until it has done its flows or is killed; `deaths` has one for each flow, or null. */
  function live(flows: readonly Flow[], deaths: readonly (Death | null)[]): Promise<Life> {
    const orders: Orders = { ...access, place, flows, now: clock.now(), calls: unhandled };
    const child = spawn(process.execPath, ['--no-warnings', WORKER, JSON.stringify(orders)], { stdio: ['ignore', 'pipe', 'pipe'] });
    const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
    const moments = flows.map(() => NONE);
    let ended = 0;
    let last: Pick<Kill, 'struck' | 'about'> = { struck: 'committed', about: 'people' };
    let complained = '';

    meet = async (struck, about) => {
      if (child.exitCode !== null || child.signalCode !== null) return true;
      if (ended === flows.length) return false;
      last = { struck, about };
      const counts = moments[ended] ?? NONE;
      moments[ended] = { ...counts, [about]: counts[about] + 1 };
      const death = deaths[ended] ?? null;
      if (death === null || death.about !== about || death.at !== counts[about] + 1) return false;
      if (death.afterMs > 0) {
        setTimeout(() => child.kill('SIGKILL'), death.afterMs);
        return false;
      }
      child.kill('SIGKILL');
      await exited;
      return true;
    };
    const hear = (line: string): void => {
      const [word, value = ''] = line.split(' ');
      if (word === 'commit' || word === 'committed') void meet(word, value as About);
      else if (word === 'event') log.told(JSON.parse(line.slice('event '.length)) as SegmentEvent);
      else if (word === 'acknowledged') log.acknowledged(value);
      else if (word === 'handled') unhandled = unhandled.filter((index) => index !== Number(value));
      else if (word === 'slept') ahead = Math.max(ahead, Number(value) - Date.now());
      else if (word === 'done') ended += 1;
    };
    let rest = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      const lines = (rest + text).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) hear(line);
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      complained += text;
    });
    return new Promise((resolve, reject) => {
      child.once('close', (code, signal) => {
        const flow = flows[ended];
        if (flow === undefined) resolve({ killed: null, ended, moments });
        else if (signal === 'SIGKILL') resolve({ killed: { crm, flow, ...last }, ended, moments });
        else reject(new Error(`The process ended in its ${flow} with ${code ?? signal}: ${complained}`));
      });
    });
  }

  return {
    crm,
    place,
    clock,
    account,
    access,
    log,
    live,
    /** True for a record that was there before the host came. */
    isFirst: (id: string): boolean => first.has(id),
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}
export type Deployment = Awaited<ReturnType<typeof deploy>>;
