import { mulberry } from '../../flows/harness.ts';
import { type Counts, type Death, deploy, type Kill, NONE } from './deployment.ts';
import { editBothSides } from './edits.ts';
import { type End, endOf, membersOf } from './end.ts';
import type { CrmName } from './host.ts';
import type { Places } from './places.ts';
import type { Flow } from './worker.ts';

const MINUTE = 60_000;
/** How long a host takes to start the next process: the lease still runs, has run out, or all that may have been sent is settled. */
const PAUSES = [1_000, 5 * MINUTE, 30 * MINUTE] as const;

/** What the host does before and after both sides have edited. */
const STORY: readonly (readonly Flow[])[] = [['pull'], ['calls', 'push', 'pull', 'events', 'settle']];
/** The flows that are killed. */
export const KILLED_FLOWS: readonly Flow[] = ['pull', 'calls', 'push', 'events'];

/** How much happened in each flow of a story, by part. */
type Moments = readonly (readonly Counts[])[];

const sumOf = (a: Counts, b: Counts): Counts => ({ companies: a.companies + b.companies, people: a.people + b.people });

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
  const moments: Counts[][] = [];
  let members: Awaited<ReturnType<typeof membersOf>> = {};
  for (const [part, flows] of STORY.entries()) {
    if (part === 1) members = await membersOf(there);
    if (part === 1) await editBothSides(there);
    const seen = flows.map(() => NONE);
    const killed = flows.map(() => 0);
    for (let step = 0; step < flows.length; ) {
      const deaths = flows.map((flow, at) => (KILLED_FLOWS.includes(flow) ? deathIn(part, at, killed[at] ?? 0) : null));
      const life = await there.live(flows.slice(step), deaths.slice(step));
      for (const [at, counts] of life.moments.entries()) seen[step + at] = sumOf(seen[step + at] ?? NONE, counts);
      step += life.ended;
      if (life.killed === null) continue;
      killed[step] = (killed[step] ?? 0) + 1;
      kills.push(life.killed);
      await there.clock.sleep(PAUSES[kills.length % PAUSES.length] ?? MINUTE);
    }
    moments.push(seen);
  }
  return { end: await endOf(there, members), kills, moments };
}

export interface CampaignOptions {
  readonly crm: CrmName;
  readonly seed: number;
  /** Stories go on until at least so many processes were killed at work, in each flow some, and some at work on companies. */
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
  /** One of companies as likely as one of people, where a flow works at both. */
  function draw(part: number, step: number): Death | null {
    const counts = undisturbed.moments[part]?.[step] ?? NONE;
    const subjects = (['companies', 'people'] as const).filter((about) => counts[about] > 0);
    const about = subjects[Math.floor(random() * subjects.length)];
    if (about === undefined) return null;
    // Twice the even share, so that on average the kills of a flow are spread over its whole work.
    const span = Math.min(1, 2 / (killsPerFlow / subjects.length + 1)) * counts[about];
    return { about, at: 1 + Math.floor(random() * span), afterMs: random() < 0.5 ? 0 : 1 + Math.floor(random() * 10) };
  }
  const all: Kill[] = [];
  const ends: End[] = [];
  const isEnough = () =>
    all.length >= kills &&
    KILLED_FLOWS.every((flow) => all.some((kill) => kill.flow === flow)) &&
    all.some(({ about }) => about === 'companies');
  while (!isEnough()) {
    const told = await tell({ crm, places }, (part, step, killed) => (killed >= killsPerFlow ? null : draw(part, step)));
    all.push(...told.kills);
    ends.push(told.end);
    onStory?.({ kills: told.kills, same: JSON.stringify(told.end) === JSON.stringify(undisturbed.end) });
  }
  return { expected: undisturbed.end, ends, kills: all };
}
