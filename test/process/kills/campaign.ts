import { contentsOf, mulberry } from '../../flows/harness.ts';
import { seenIn } from './account.ts';
import { type Death, type Deployment, deploy, type Kill } from './deployment.ts';
import { type CrmName, engineOn, NAMES, phoneOf, scopeOf } from './host.ts';
import type { Places } from './places.ts';
import { openStore } from './store.ts';
import type { Flow } from './worker.ts';

const MINUTE = 60_000;
/** How long a host takes to start the next process: the lease still runs, has run out, or all that may have been sent is settled. */
const PAUSES = [1_000, 5 * MINUTE, 30 * MINUTE] as const;

/** What the host does before and after both sides have edited. */
const STORY: readonly (readonly Flow[])[] = [['pull'], ['calls', 'push', 'pull', 'settle']];
/** The flows that are killed. */
export const KILLED_FLOWS: readonly Flow[] = ['pull', 'calls', 'push'];

/** People of the CRM and of the host edit at the same time, and some of them the same fields. */
async function editBothSides({ crm, place, clock, account, access }: Deployment): Promise<void> {
  const { first, status, email } = NAMES[crm];
  const ids = account.people().map(({ id }) => id);
  const some = (every: number) => ids.filter((_, at) => at % every === 0);
  for (const id of some(7)) account.edit(id, { [first]: 'Renamed' });
  for (const id of some(11)) account.edit(id, { [status]: 'Working' });
  for (const [at, id] of some(13).entries()) account.edit(id, { [email]: `crm${at}@example.com` });
  account.remove(ids[20] ?? '');
  account.merge(ids[22] ?? '', ids[23] ?? '');
  await using store = openStore(place, clock);
  const engine = engineOn(access, { store, clock });
  for (let person = 0; person < ids.length; person += 3) {
    const { contact } = await engine.contacts.byPhone(phoneOf(person));
    const both = person % 5 === 0 ? { email: `host${person}@example.com` } : {};
    if (contact) await engine.contacts.update(contact.id, { interaction_summary: 'By hand.', ...both }, { by: 'test' });
  }
  await clock.sleep(5 * MINUTE);
}

/** Everything at the end: the store's, and the CRM's. A record that we made goes by its number, since its id tells only when. */
async function endOf({ crm, place, account, clock, isFirst }: Deployment) {
  await using store = openStore(place, clock);
  let contents = JSON.stringify(await contentsOf(store, scopeOf(crm)));
  for (const { id, fields } of account.people())
    if (!isFirst(id)) contents = contents.replaceAll(`"${id}"`, `"made for ${fields[NAMES[crm].phone]}"`);
  const end = JSON.parse(contents) as Awaited<ReturnType<typeof contentsOf>>;
  return { ...end, history: withoutFlow(end.history), seen: seenIn(crm, account) };
}

/** A push that looks at a record first takes over what it sees, as a pull does: which of them came first depends on the kill. */
function withoutFlow(history: Awaited<ReturnType<typeof contentsOf>>['history']) {
  const read = history.map((told) => (told.flow === 'push' ? { ...told, flow: 'pull' } : told));
  return read.sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
}
export type End = Awaited<ReturnType<typeof endOf>>;

/** How much happened in each flow of a story, by part. */
type Moments = readonly (readonly number[])[];

interface Told {
  readonly end: End;
  readonly kills: readonly Kill[];
  readonly moments: Moments;
}

/** Tells the story once; `deathIn` says where a flow that was killed so often already is to be killed next. */
async function tell(
  { crm, places }: Pick<CampaignOptions, 'crm' | 'places'>,
  deathIn: (part: number, step: number, kills: number) => Death | null,
): Promise<Told> {
  await using there = await deploy(crm, await places.make());
  const kills: Kill[] = [];
  const moments: number[][] = [];
  for (const [part, flows] of STORY.entries()) {
    if (part > 0) await editBothSides(there);
    const seen = flows.map(() => 0);
    const killed = flows.map(() => 0);
    for (let step = 0; step < flows.length; ) {
      const deaths = flows.map((flow, at) => (KILLED_FLOWS.includes(flow) ? deathIn(part, at, killed[at] ?? 0) : null));
      const life = await there.live(flows.slice(step), deaths.slice(step));
      for (const [at, count] of life.moments.entries()) seen[step + at] = (seen[step + at] ?? 0) + count;
      step += life.ended;
      if (life.killed === null) continue;
      killed[step] = (killed[step] ?? 0) + 1;
      kills.push(life.killed);
      await there.clock.sleep(PAUSES[kills.length % PAUSES.length] ?? MINUTE);
    }
    moments.push(seen);
  }
  return { end: await endOf(there), kills, moments };
}

export interface CampaignOptions {
  readonly crm: CrmName;
  readonly seed: number;
  /** Stories go on until at least so many processes were killed at work, in each flow some. */
  readonly kills: number;
  /** How often each flow of a story is killed, at most. Default 4. */
  readonly killsPerFlow?: number;
  readonly places: Places;
  /** Told after each story. */
  readonly onStory?: (story: { readonly kills: readonly Kill[]; readonly same: boolean }) => void;
}

/** Tells the story undisturbed, and then under kills until there were enough; every end is to be that of the first. */
export async function campaign({ crm, seed, kills, killsPerFlow = 4, places, onStory }: CampaignOptions) {
  const random = mulberry(seed);
  const undisturbed = await tell({ crm, places }, () => null);
  // Twice the even share, so that on average the kills of a flow are spread over its whole work.
  const spanOf = (part: number, step: number) => (2 * (undisturbed.moments[part]?.[step] ?? 0)) / (killsPerFlow + 1);
  const all: Kill[] = [];
  const ends: End[] = [];
  const isEnough = () => all.length >= kills && KILLED_FLOWS.every((flow) => all.some((kill) => kill.flow === flow));
  while (!isEnough()) {
    const told = await tell({ crm, places }, (part, step, killed) =>
      killed >= killsPerFlow
        ? null
        : { at: 1 + Math.floor(random() * spanOf(part, step)), afterMs: random() < 0.5 ? 0 : 1 + Math.floor(random() * 10) },
    );
    all.push(...told.kills);
    ends.push(told.end);
    onStory?.({ kills: told.kills, same: JSON.stringify(told.end) === JSON.stringify(undisturbed.end) });
  }
  return { expected: undisturbed.end, ends, kills: all };
}
