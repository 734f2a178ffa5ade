import { contentsOf } from '../../flows/harness.ts';
import { seenIn } from './account.ts';
import type { Deployment } from './deployment.ts';
import { COMPANY_NAMES, engineOn, NAMES, scopeOf, segmentsOf } from './host.ts';
import { membersBy } from './segment-log.ts';
import { openStore } from './store.ts';

type Contents = Awaited<ReturnType<typeof contentsOf>>;

/** By segment: ids of the contacts that match its filter. */
type Members = Readonly<Record<string, readonly string[]>>;

/** What the host reads when nobody is at work. */
async function asHost<T>({ place, clock, access }: Deployment, read: (engine: ReturnType<typeof engineOn>) => Promise<T>): Promise<T> {
  await using store = openStore(place, clock);
  return await read(engineOn(access, { store, clock }));
}

export const membersOf = (there: Deployment): Promise<Members> =>
  asHost(there, async (engine) => {
    const members: Record<string, readonly string[]> = {};
    for (const { name, where } of segmentsOf(there.crm))
      members[name] = (await engine.contacts.list({ where, page: { limit: 500 } })).map(({ id }) => id);
    return members;
  });

/**
 * Everything at the end: the store's, the CRM's, and what the host was told of segments. A company of ours, and a record that we
 * made, go by a name or number, since their ids tell only when.
 *
 * @param before - Who matched each segment when the first read was over.
 */
export async function endOf(there: Deployment, before: Members) {
  const { crm, place, account, clock, isFirst } = there;
  const { contacts, companies } = await asHost(there, async (engine) => ({
    contacts: await engine.contacts.list({ page: { limit: 500 } }),
    companies: await engine.companies.list({ limit: 500 }),
  }));
  const names = new Map(companies.map(({ id, fields }) => [id, `company ${fields.name}`]));
  for (const { id, fields } of account.people()) if (!isFirst(id)) names.set(id, `made for ${fields[NAMES[crm].phone]}`);
  for (const { id, fields } of account.companies()) if (!isFirst(id)) names.set(id, `made for ${fields[COMPANY_NAMES[crm].name]}`);
  await using store = openStore(place, clock);
  let contents = JSON.stringify(await contentsOf(store, scopeOf(crm)));
  for (const [id, name] of names) contents = contents.replaceAll(`"${id}"`, JSON.stringify(name));
  const end = JSON.parse(contents) as Contents;
  const numbers = new Map(contacts.map(({ id, fields }) => [id, String(fields.phone_number)]));
  return {
    ...end,
    contacts: sorted(end.contacts),
    companies: sorted(end.companies),
    history: withoutFlow(end.history),
    seen: seenIn(crm, account),
    segments: segmentsAt(there, { before, now: await membersOf(there), numbers }),
  };
}
export type End = Awaited<ReturnType<typeof endOf>>;

const sorted = <T>(values: readonly T[]): readonly T[] => values.toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));

/** A push that looks at a record first takes over what it sees, as a pull does: which of them came first depends on the kill. */
const withoutFlow = (history: Contents['history']) =>
  sorted(history.map((told) => (told.flow === 'push' ? { ...told, flow: 'pull' } : told)));

interface Segmented {
  readonly before: Members;
  readonly now: Members;
  /** By contact. */
  readonly numbers: ReadonlyMap<string, string>;
}

/** Who is in each segment, and what of it does not follow from the events: nothing, however often somebody was killed. */
function segmentsAt({ crm, log }: Deployment, { before, now, numbers }: Segmented) {
  const segments = segmentsOf(crm).map((segment) => {
    const { name } = segment;
    const isTold = 'initial' in segment;
    const { members, faults } = membersBy(log.events(), name, isTold ? [] : (before[name] ?? []));
    const present = new Set(now[name]);
    const missing = [...present].filter((id) => !members.has(id)).map((id) => `nobody was told that ${numbers.get(id)} entered`);
    const left = [...members].filter((id) => !present.has(id)).map((id) => `nobody was told that ${numbers.get(id)} left`);
    return { name, members: sorted([...present].map((id) => numbers.get(id))), faults: [...faults, ...missing, ...left] };
  });
  return { segments, faults: log.faults() };
}
