/** A connector for Docket on the port alone: contacts, calls as communications, and the matters of whoever calls. */
import {
  type Activity,
  type ActivityRecord,
  type Association,
  type Call,
  type Clock,
  type CrmConnector,
  CrmSyncError,
  composeText,
  type DescribedField,
  type Fetched,
  type FindQuery,
  type FoundRecords,
  type Json,
  normalizePhone,
  type Page,
  type ReadQuery,
  type Related,
  type RelatedQuery,
  readAssociationName,
  restClient,
  type Value,
  type Write,
  type Wrote,
} from 'crm-sync-engine';

interface DocketOptions {
  readonly key: string;
  readonly fetch: typeof globalThis.fetch;
  readonly clock?: Clock;
}
type Row = { readonly id: string; readonly updated_at: string } & Readonly<Record<string, Value>>;
type RowOf = { readonly data: readonly Row[]; readonly meta?: { readonly paging: { readonly next?: string } } };
interface Relationship {
  readonly contact: string;
  readonly matter: Row;
}

const OBJECTS = ['contacts', 'communications'];
const OVERLAP_MS = 60_000;
const SUBJECT_MAX = 255;
const BODY_MAX = 20_000;
const TYPES = {
  text: 'string',
  phone: 'phone',
  email: 'email',
  choice: 'picklist',
  number: 'number',
  flag: 'boolean',
  day: 'date',
  time: 'datetime',
} as const;

export function docket({ key, ...edge }: DocketOptions): CrmConnector {
  const rest = restClient({ name: 'Docket', baseUrl: 'https://app.docket.example/api/v4', auth: key, ...edge });
  const known = once(async (call) => {
    const { json } = await rest.read({ path: '/fields' }, call);
    return (json as { data: Readonly<Record<string, readonly DocketField[]>> }).data;
  });
  const account = once(async (call) => {
    const { json } = await rest.read({ path: '/who_am_i' }, call);
    return { id: (json as { data: { firm: string } }).data.firm };
  });
  const fieldsOf = async (object: string, call: Call): Promise<readonly DescribedField[]> => {
    if (!OBJECTS.includes(object)) throw refused('unknown_object', 'Docket has contacts and communications.', "Map crmObject: 'contacts'.");
    return ((await known(call))[object] ?? []).map(described);
  };

  return {
    specVersion: 1,
    provider: 'docket',
    capabilities: {
      fetchBatchMax: 50,
      matchFields: { phone_number: 'phone', email: 'email' },
      findsBy: ['$phone', '$email'],
      writeBatchMax: 1,
      creates: true,
      requestTimeoutMs: rest.requestTimeoutMs,
      settleMs: 60_000,
      activity: { subjectMax: SUBJECT_MAX, bodyMax: BODY_MAX },
      reties: true,
      relatedBatchMax: 50,
    },
    account,
    async describe(object, call) {
      return { name: object, label: object, fields: await fieldsOf(object, call) };
    },
    async *read(query, call) {
      yield* readPages(query, await fieldsOf(query.object, call), call);
    },
    async fetch({ object, ids, fields }, call) {
      const possible = [...new Set(ids)].filter((id) => /^\d+$/.test(id));
      if (possible.length === 0) return ids.map((id) => ({ id, state: 'missing' }));
      const all = await fieldsOf(object, call);
      const { json } = await rest.read({ path: `/${object}`, query: { ids: possible.join(',') } }, call);
      const found = new Map((json as RowOf).data.map((row) => [row.id, decode(row, fields, all)]));
      return ids.map((id) => found.get(id) ?? { id, state: 'missing' });
    },
    find,
    async write(batch, call) {
      if (batch.length > 1) throw new RangeError('Docket takes one write at a time.');
      return Promise.all(batch.map((item) => writeOne(item, call)));
    },
    activityRecord: (activity) => Promise.resolve().then(() => communicationOf(activity)),
    related,
  };

  async function* readPages(query: ReadQuery, all: readonly DescribedField[], call: Call): AsyncGenerator<Page> {
    let { since, began, after } = positionOf(query.from);
    let left = query.limit ?? Number.POSITIVE_INFINITY;
    while (left > 0) {
      call.signal.throwIfAborted();
      const given = { updated_since: since, page_token: after, limit: Number.isFinite(left) ? String(left) : null };
      const asked = Object.entries(given).filter((entry): entry is [string, string] => entry[1] !== null);
      const { json, requestedAt, startedAt } = await rest.read({ path: `/${query.object}`, query: Object.fromEntries(asked) }, call);
      if (startedAt === null) throw refused('no_date', 'Docket did not date its answer.', 'Look at what stands between you and Docket.');
      const { data, meta } = json as RowOf;
      const next = meta?.paging.next ?? null;
      began ??= new Date(startedAt - OVERLAP_MS).toISOString();
      left -= data.length;
      after = next;
      const checkpoint = next === null ? { since: began, began: null, after: null } : { since, began, after };
      yield { records: data.map((row) => decode(row, query.fields, all)), requestedAt, checkpoint, last: next === null };
      if (next === null) return;
    }
  }

  async function find({ object, by, values, fields }: FindQuery, call: Call): Promise<FoundRecords> {
    if (values.length === 0) return { found: [], completeUntil: call.now() };
    const all = await fieldsOf(object, call);
    const name = by === '$phone' ? 'phone' : by === '$email' ? 'email' : by === '$activity' ? 'conversation_key' : by;
    if (!all.some((field) => field.name === name && field.filterable))
      throw refused('not_searchable', `Docket does not search \`${by}\`.`, 'Use another field.');
    const wanted = values.filter((value) => value.trim() !== '');
    if (wanted.length === 0) return { found: [], completeUntil: call.now() };
    const { json, startedAt } = await rest.read({ path: `/${object}`, query: { by: name, values: JSON.stringify(wanted) } }, call);
    if (startedAt === null) throw refused('no_date', 'Docket did not date its answer.', 'Look at what stands between you and Docket.');
    const asked = (held: unknown): string =>
      by === '$phone' ? phoneOf(String(held)) : name === 'email' ? String(held).toLowerCase() : String(held);
    const found = (json as RowOf).data.flatMap((row) =>
      wanted.filter((value) => asked(value) === asked(row[name])).map((value) => ({ value, record: decode(row, fields, all) })),
    );
    return { found, completeUntil: startedAt };
  }

  async function writeOne({ object, id, values, uniqueKey, associations = [], untie = [] }: Write, call: Call): Promise<Wrote> {
    if (uniqueKey !== undefined) throw refused('not_unique', 'Docket has no unique fields.', 'Look the record up first.');
    const all = await fieldsOf(object, call); // before anything is sent: a write that is done says so, whoever has gone meanwhile
    const ties = await tiesOf({ object, id, associations, untie }, call);
    const body = { data: { ...values, ...ties.values } };
    const unchanged = ties.etag === undefined ? {} : { query: { if_match: ties.etag } };
    const answer =
      id === null
        ? await rest.write({ method: 'POST', path: `/${object}`, body }, call)
        : await rest.write({ method: 'PATCH', path: `/${object}/{id}`, params: { id }, body, ...unchanged }, call);
    if ('outcome' in answer) return answer;
    if (answer.status === 200 || answer.status === 201) {
      const row = (answer.json as { data: Row }).data;
      const written = decode(row, Object.keys(values), all);
      if (written.state === 'present') return { outcome: 'done', created: id === null, ...written };
    }
    const { field } = ((answer.json ?? {}) as { error?: { field?: string } }).error ?? {};
    const remedy = answer.status === 404 ? 'Check that the connected user may see the record.' : 'Correct the value, or map another field.';
    const code = answer.status === 404 ? 'not_found' : answer.status === 412 ? 'changed_meanwhile' : 'not_accepted';
    return { outcome: 'refused', code, remedy, retryable: answer.status === 412, ...(field !== undefined && { field }) };
  }

  /** One contact and one matter stand in a communication: another matter takes the place, and one that others have put there stays. */
  async function tiesOf({ object, id, associations, untie }: Ties, call: Call): Promise<{ values: Record<string, Value>; etag?: string }> {
    const values = Object.fromEntries(associations.map((tie) => [tie.object === 'matters' ? 'matter_id' : 'contact_id', tie.id]));
    const leaving = untie.filter((tie) => tie.object === 'matters').map((tie) => tie.id);
    if (id === null || leaving.length === 0 || values['matter_id'] !== undefined) return { values };
    const { json } = await rest.read({ path: `/${object}`, query: { ids: id } }, call);
    const [row] = (json as RowOf).data;
    return row !== undefined && leaving.includes(String(row['matter_id']))
      ? { values: { ...values, matter_id: null }, etag: row.updated_at }
      : { values };
  }

  async function* related({ ids, to, limit }: RelatedQuery, call: Call): AsyncGenerator<Related> {
    const isMatters = (name: string) => readAssociationName(name).object === 'matters' && readAssociationName(name).label === null;
    const people = ids.filter((id) => /^\d+$/.test(id));
    const { json } =
      people.length > 0 && to.some(isMatters)
        ? await rest.read({ path: '/relationships', query: { contact_ids: people.join(',') } }, call)
        : { json: { data: [] } };
    for (const of of ids)
      for (const name of to)
        yield isMatters(name)
          ? { of, to: name, ...mattersOf((json as { data: readonly Relationship[] }).data, of, limit) }
          : { of, to: name, failed: true, code: 'unknown_association', remedy: 'Use `matters`.' };
  }
}

interface Ties {
  readonly object: string;
  readonly id: string | null;
  readonly associations: readonly Association[];
  readonly untie: readonly Association[];
}

/** A client may be related to the matter too: it is offered once. */
function mattersOf(all: readonly Relationship[], contact: string, limit: number) {
  const theirs = new Map(all.filter((one) => one.contact === contact).map(({ matter }) => [matter.id, matter]));
  const rank = (matter: Row) => (matter['status'] === 'Closed' ? 1 : 0);
  const options = [...theirs.values()]
    .toSorted((a, b) => rank(a) - rank(b) || (a.updated_at < b.updated_at ? 1 : -1))
    .map((matter) => ({
      const: matter.id,
      title: String(matter['display_number']),
      description: [matter['status'], matter['description']].filter(Boolean).join(' - '),
      open: rank(matter) === 0,
      updatedAt: matter.updated_at,
    }));
  return { options: options.slice(0, limit), ...(options.length > limit && { more: true as const }) };
}

/** A communication is logged for one contact, on one matter at most. */
function communicationOf({ key, channel, subject, body, parts, startedAt, record, associations = [] }: Activity): ActivityRecord {
  const matters = associations.filter(({ object }) => object === 'matters');
  if (matters.length > 1 || matters.length < associations.length)
    throw refused('too_many_associations', 'A communication of Docket is on one matter.', 'Name one matter.');
  const format = { format: 'plain', max: BODY_MAX } as const;
  return {
    object: 'communications',
    values: {
      type: channel === 'call' || channel === 'voicemail' ? 'phone' : channel === 'email' ? 'email' : 'message',
      subject,
      body: parts === undefined ? body : composeText(parts, format).text,
      received_at: startedAt,
      conversation_key: key,
    },
    createOnly: [],
    associations: [record, ...matters],
    ...(parts !== undefined && { text: { field: 'body', parts, ...format } }),
  };
}

interface DocketField {
  readonly name: string;
  readonly label: string;
  readonly kind: keyof typeof TYPES;
  readonly max_length?: number;
  readonly choices?: readonly string[];
  readonly editable: boolean;
  readonly required?: boolean;
}
const described = ({ name, label, kind, editable, required = false, max_length: length, choices }: DocketField): DescribedField => ({
  name,
  label,
  type: TYPES[kind],
  creatable: editable,
  updatable: editable,
  nullable: required !== true,
  required: required === true,
  filterable: kind !== 'flag',
  unique: false,
  ...(length !== undefined && { length }),
  ...(choices !== undefined && { options: choices.map((value) => ({ value, label: value })), restricted: true }),
});

function decode(row: Row, wanted: readonly string[], all: readonly DescribedField[]): Fetched {
  const names = wanted.filter((name) => all.some((field) => field.name === name));
  return {
    id: row.id,
    state: 'present',
    modifiedAt: row.updated_at,
    values: Object.fromEntries(names.map((name) => [name, row[name] ?? null])),
  };
}

function positionOf(from: Json | null): { since: string | null; began: string | null; after: string | null } {
  if (from === null) return { since: null, began: null, after: null };
  const { since, began, after, ...rest } = from as Record<string, unknown>;
  const isText = (value: unknown): value is string | null => value === null || typeof value === 'string';
  const isTime = (value: unknown): value is string | null => isText(value) && (value === null || !Number.isNaN(Date.parse(value)));
  if (
    isTime(since) &&
    isTime(began) &&
    isText(after) &&
    (after === null) === (began === null) &&
    (since ?? began) !== null &&
    Object.keys(rest).length === 0
  )
    return { since, began, after };
  throw refused('bad_checkpoint', 'The checkpoint is none of the Docket connector.', 'Pull once with `full: true`.');
}

function phoneOf(text: string): string {
  const phone = normalizePhone(text, { defaultCountry: 'US' });
  return phone.kind === 'phone' ? phone.e164 : text;
}

const refused = (code: string, message: string, remedy: string): CrmSyncError =>
  new CrmSyncError(message, { code, category: 'configuration', remedy });

/** Asked for once; a failure is not kept. */
function once<T>(ask: (call: Call) => Promise<T>): (call: Call) => Promise<T> {
  let answer: T | undefined;
  return async (call) => {
    call.signal.throwIfAborted();
    answer ??= await ask(call);
    return answer;
  };
}
