import { writeSync } from 'node:fs';
import type { BoundStore, Changeset, Clock, ContactStore } from 'crm-sync-engine';
import { type About, type Access, CALLS, COMPANY_OBJECTS, engineOn } from './host.ts';
import { openStore, type Place } from './store.ts';

export type Flow = 'pull' | 'push' | 'calls' | 'events' | 'settle';

/** What a process is started with. */
export interface Orders extends Access {
  readonly place: Place;
  /** One after the other. */
  readonly flows: readonly Flow[];
  /** The time at which it starts, on the clock that it shares with the CRM. */
  readonly now: number;
  /** Indexes of the calls that nobody has acknowledged. */
  readonly calls: readonly number[];
}

const AT_ONCE = 4;
/** Whatever a dead process may have sent has taken effect by then, or never will. */
const SETTLED_MS = 1_800_000;
const orders = JSON.parse(process.argv[2] ?? '') as Orders;
/** Written before anything else happens: whoever listens knows what the process was doing when it died. */
const tell = (line: string): void => void writeSync(1, `${line}\n`);

let ahead = orders.now - Date.now();
/** Real time, except that a wait takes none. */
const clock: Clock = {
  now: () => Date.now() + ahead,
  async sleep(ms) {
    const until = clock.now() + ms;
    await Promise.resolve();
    ahead = Math.max(ahead, until - Date.now());
    tell(`slept ${clock.now()}`);
  },
};

await using store = openStore(orders.place, clock);
/** Of companies: it makes one, moves the link of one, or moves what is kept for their object. */
function subjectOf({ rows, entries }: Changeset): About {
  const object = COMPANY_OBJECTS[orders.crm];
  const isOfCompanies =
    rows.some(
      (row) => (row.kind === 'insert' && row.entity === 'company') || ('links' in row && row.links?.some((link) => link.object === object)),
    ) || entries.some(({ kind, key }) => kind.startsWith('company_') || key.split('|')[0] === object);
  return isOfCompanies ? 'companies' : 'people';
}

const tellOf = (bound: BoundStore): BoundStore => ({
  ...bound,
  async commit(changes) {
    const about = subjectOf(changes);
    tell(`commit ${about}`);
    try {
      return await bound.commit(changes);
    } finally {
      tell(`committed ${about}`);
    }
  },
});
const told: ContactStore = { specVersion: 1, bind: (scope) => tellOf(store.bind(scope)) };
const engine = engineOn(orders, { store: told, clock });

/** Again while somebody who died holds the lease. */
async function untilDone(work: () => Promise<{ readonly status: string }>): Promise<void> {
  for (let times = 0; times < 10; times += 1) {
    const { status } = await work();
    if (status === 'done') return;
    await clock.sleep(60_000);
  }
  throw new Error('The lease of a process that died does not run out.');
}

async function takeCalls(calls: readonly number[]): Promise<void> {
  for (let at = 0; at < calls.length; at += AT_ONCE)
    await Promise.all(
      calls.slice(at, at + AT_ONCE).map(async (index) => {
        const call = CALLS[index];
        if (call && (await engine.handleConversation(call)).complete) tell(`handled ${index}`);
      }),
    );
}

/** The host acts on each event, and has then done with it. */
async function takeEvents(): Promise<void> {
  for (;;) {
    const events = await engine.segments.events({ limit: 20 });
    if (events.length === 0) return;
    for (const event of events) {
      tell(`event ${JSON.stringify(event)}`);
      await engine.segments.acknowledge([event.id]);
      tell(`acknowledged ${event.id}`);
    }
  }
}

/**
 * What happens anyway, sooner or later: the host syncs, every call is delivered again, acknowledged or not, and a caller who
 * became a contact only then has a record made.
 */
async function settle(): Promise<void> {
  for (let times = 0; times < 3; times += 1) {
    await untilDone(() => engine.sync());
    await takeCalls([...CALLS.keys()]);
    await FLOWS.push();
    await takeEvents();
    await clock.sleep(SETTLED_MS);
  }
  await untilDone(() => engine.sync());
  await takeEvents();
}

const FLOWS: Readonly<Record<Flow, () => Promise<void>>> = {
  pull: () => untilDone(() => engine.pull()),
  push: () => untilDone(() => engine.push({ createMissing: true })),
  calls: () => takeCalls(orders.calls),
  events: takeEvents,
  settle,
};
for (const flow of orders.flows) {
  await FLOWS[flow]();
  tell('done');
}
