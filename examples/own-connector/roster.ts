/** A connector for Roster, a made-up CRM: it reads people and changes them. It makes none, and logs no activities. */
import {
  type Call,
  type Clock,
  type CrmConnector,
  type CrmFieldType,
  CrmSyncError,
  type DescribedField,
  type Fetched,
  type Json,
  type Page,
  type ReadQuery,
  type RestClient,
  restClient,
  type Value,
  type Write,
  type Wrote,
} from 'crm-sync-engine';

export interface RosterOptions {
  readonly key: string;
  readonly baseUrl?: string;
  readonly fetch?: typeof globalThis.fetch;
  readonly clock?: Clock;
}

const PEOPLE = 'people';
const FETCH_MAX = 50;
/** Roster shows a change at once; this covers clocks that are a little apart, and `Date` being in whole seconds. */
const OVERLAP_MS = 60_000;

export function roster({ key, baseUrl = 'https://api.roster.example/v1', ...edge }: RosterOptions): CrmConnector {
  const rest = restClient({ name: 'Roster', baseUrl, auth: key, headers: (token) => ({ 'x-roster-key': token }), ...edge });
  const account = once(async (call) => {
    const { json } = await rest.read({ path: '/account' }, call);
    return { id: (json as { id: string }).id };
  });
  const fields = once(async (call) => {
    const { json } = await rest.read({ path: '/fields' }, call);
    return (json as { fields: RosterField[] }).fields.map(described);
  });

  return {
    specVersion: 1,
    provider: 'roster',
    capabilities: {
      fetchBatchMax: FETCH_MAX,
      matchFields: { phone_number: 'phone', email: 'email' },
      writeBatchMax: 1, // PATCH takes one person
      requestTimeoutMs: rest.requestTimeoutMs,
      settleMs: 60_000, // Roster ends a request after a minute
    },
    account,
    async describe(object, call) {
      mustBePeople(object);
      return { name: PEOPLE, label: 'People', fields: await fields(call) };
    },
    async *read(query, call) {
      mustBePeople(query.object);
      yield* readPages(rest, query, await fields(call), call);
    },
    async fetch({ object, ids, fields: wanted }, call) {
      mustBePeople(object);
      const possible = [...new Set(ids)].filter((id) => /^p_\d+$/.test(id)); // anything else is not Roster's
      if (possible.length === 0) return ids.map((id) => ({ id, state: 'missing' }));
      const known = await fields(call);
      const { json } = await rest.read({ path: '/people', query: { ids: possible.join(',') } }, call);
      const found = new Map((json as { people: RosterPerson[] }).people.map((person) => [person.id, decode(person, wanted, known)]));
      return ids.map((id) => found.get(id) ?? { id, state: 'missing' }); // one answer per id, in order, repeated ones too
    },
    async write(batch, call) {
      if (batch.length > 1) throw new RangeError('Roster takes one write at a time.');
      return Promise.all(batch.map(async (item) => writeOne(rest, item, await fields(call), call)));
    },
  };
}

/** Where a read is: Roster's cursor, and Roster's time when the read began. `since` is null while everything is read. */
interface Position {
  readonly since: string | null;
  readonly began: string | null;
  readonly after: string | null;
}

async function* readPages(rest: RestClient, query: ReadQuery, known: readonly DescribedField[], call: Call): AsyncGenerator<Page> {
  let { since, began, after } = positionOf(query.from);
  let left = query.limit ?? Number.POSITIVE_INFINITY;
  while (left > 0) {
    call.signal.throwIfAborted();
    const { json, requestedAt, startedAt } = await rest.read(
      {
        path: '/people',
        query: {
          ...(since !== null && { updated_since: since }),
          ...(after !== null && { after }),
          ...(Number.isFinite(left) && { limit: String(left) }),
        },
      },
      call,
    );
    const { people, next } = json as { people: RosterPerson[]; next: string | null };
    if (startedAt === null) throw refused('no_date', 'Roster did not date its answer.', 'Look at what stands between you and Roster.');
    began ??= new Date(startedAt - OVERLAP_MS).toISOString();
    left -= people.length;
    after = next;
    const checkpoint = next === null ? { since: began, began: null, after: null } : { since, began, after };
    yield { records: people.map((person) => decode(person, query.fields, known)), requestedAt, checkpoint, last: next === null };
    if (next === null) return;
  }
}

function positionOf(from: Json | null): Position {
  if (from === null) return { since: null, began: null, after: null };
  const { since, began, after, ...rest } = from as Record<string, unknown>;
  const isTime = (value: unknown) => value === null || (typeof value === 'string' && !Number.isNaN(Date.parse(value)));
  const isOurs = isTime(since) && isTime(began) && (after === null) === (began === null) && (since ?? began) !== null;
  if (isOurs && (after === null || typeof after === 'string') && Object.keys(rest).length === 0) return { since, began, after } as Position;
  throw refused('bad_checkpoint', 'The checkpoint is none of the Roster connector.', 'Pull once with `full: true`.');
}

async function writeOne(rest: RestClient, { id, values }: Write, known: readonly DescribedField[], call: Call): Promise<Wrote> {
  if (id === null) throw refused('no_creates', 'Roster makes no people over its API.', 'Add the person in Roster.');
  const answer = await rest.write({ method: 'PATCH', path: '/people/{id}', params: { id }, body: values }, call);
  if ('outcome' in answer) return answer; // not sent, or nobody knows
  if (answer.status === 200) {
    const written = decode(answer.json as RosterPerson, Object.keys(values), known);
    if (written.state === 'present') return { outcome: 'done', created: false, ...written };
  }
  if (answer.status === 410) return { outcome: 'gone' };
  const { field } = (answer.json ?? {}) as { field?: string };
  return {
    outcome: 'refused',
    code: answer.status === 404 ? 'not_found' : 'not_accepted',
    remedy: answer.status === 404 ? 'Check that the connected user may see the person.' : 'Correct the value, or map another field.',
    retryable: false,
    ...(field !== undefined && { field }),
  };
}

// ---- Roster's forms and ours ------------------------------------------------------------------------------------

type RosterPerson = { readonly id: string; readonly updated_at: string; readonly deleted?: true } & Readonly<Record<string, Value>>;

interface RosterField {
  readonly name: string;
  readonly label: string;
  readonly kind: keyof typeof TYPES;
  readonly editable: boolean;
  readonly max_length?: number;
  readonly choices?: readonly string[];
}
const TYPES = {
  text: 'string',
  phone: 'phone',
  email: 'email',
  choice: 'picklist',
  number: 'number',
  flag: 'boolean',
  day: 'date',
} as const;

const described = ({ name, label, kind, editable, max_length: length, choices }: RosterField): DescribedField => ({
  name,
  label,
  type: (TYPES[kind] ?? 'unsupported') satisfies CrmFieldType,
  creatable: false,
  updatable: editable,
  nullable: name !== 'full_name',
  required: false,
  filterable: false,
  unique: false,
  ...(length !== undefined && { length }),
  ...(choices !== undefined && { options: choices.map((value) => ({ value, label: value })), restricted: true }),
});

/** Roster leaves out blank fields: one that it knows is null then. One that it does not know, or hides, stays absent. */
function decode(person: RosterPerson, wanted: readonly string[], known: readonly DescribedField[]): Fetched {
  if (person.deleted) return { id: person.id, state: 'deleted' };
  const names = wanted.filter((name) => known.some((field) => field.name === name));
  return {
    id: person.id,
    state: 'present',
    modifiedAt: person.updated_at,
    values: Object.fromEntries(names.map((name) => [name, person[name] ?? null])),
  };
}

const mustBePeople = (object: string): void => {
  if (object !== PEOPLE) throw refused('unknown_object', 'Roster has people only.', "Map crmObject: 'people'.");
};

const refused = (code: string, message: string, remedy: string): CrmSyncError =>
  new CrmSyncError(message, { code, category: 'configuration', remedy });

/** Asked for once; a failure is not kept, and two callers at once each get an answer of their own. */
function once<T>(ask: (call: Call) => Promise<T>): (call: Call) => Promise<T> {
  let answer: T | undefined;
  return async (call) => {
    call.signal.throwIfAborted();
    answer ??= await ask(call);
    return answer;
  };
}
