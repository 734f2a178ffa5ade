/**
 * Docket, a made-up practice management for law firms, in memory. It is shaped like Clio: answers in `data` and `meta`, people and
 * matters tied by relationships, calls as communications with a matter, and properties for other software.
 */
import type { Value } from '../../../src/core/values/value.ts';

export type Row = { readonly id: string; readonly updated_at: string } & Readonly<Record<string, Value>>;
export type Kind = 'contacts' | 'communications' | 'matters';

interface FieldOf {
  readonly name: string;
  readonly label: string;
  readonly kind: 'text' | 'phone' | 'email' | 'choice' | 'number' | 'flag' | 'day' | 'time';
  readonly max_length?: number;
  readonly choices?: readonly string[];
  readonly editable: boolean;
  readonly required?: true;
}
const text = (name: string, label: string, max_length: number) => ({ name, label, kind: 'text', max_length, editable: true }) as const;
export const BILLABLE = ['billable', 'non_billable', 'pro_bono'] as const;

export const FIELDS: Readonly<Record<Kind, readonly FieldOf[]>> = {
  contacts: [
    { ...text('name', 'Name', 80), required: true },
    text('title', 'Title', 255),
    { name: 'phone', label: 'Phone', kind: 'phone', max_length: 40, editable: true },
    { name: 'email', label: 'Email', kind: 'email', max_length: 120, editable: true },
    { name: 'role', label: 'Role', kind: 'choice', choices: ['client', 'witness', 'opposing'], editable: true },
    { name: 'rate', label: 'Rate', kind: 'number', editable: true },
    { name: 'client_since', label: 'Client since', kind: 'day', editable: true },
    { name: 'conflict_checked', label: 'Conflict checked', kind: 'flag', editable: true },
    { name: 'balance', label: 'Balance', kind: 'number', editable: false },
  ],
  communications: [
    text('subject', 'Subject', 255),
    text('body', 'Body', 20_000),
    { name: 'type', label: 'Type', kind: 'choice', choices: ['phone', 'email', 'message'], editable: true },
    { name: 'received_at', label: 'Received', kind: 'time', editable: true },
    { name: 'billable_status', label: 'Billable?', kind: 'choice', choices: BILLABLE, editable: true },
    { name: 'conversation_key', label: 'Conversation', kind: 'text', max_length: 500, editable: true },
    { name: 'contact_id', label: 'Contact', kind: 'text', editable: true },
    { name: 'matter_id', label: 'Matter', kind: 'text', editable: true },
  ],
  matters: [text('display_number', 'Number', 80), text('description', 'Description', 255)],
};

type Answer = readonly [status: number, body: object];
const PAGE_MAX = 3;
const digits = (value: unknown): string =>
  String(value ?? '')
    .replaceAll(/\D/g, '')
    .slice(-10);

export function docketServer({ key, now }: { readonly key: string; readonly now: () => number }) {
  const rows: Record<Kind, Map<string, Row>> = { contacts: new Map(), communications: new Map(), matters: new Map() };
  const relationships: { readonly contact: string; readonly matter: string; readonly relation: string }[] = [];
  let made = 0;

  function save(kind: Kind, id: string, values: Readonly<Record<string, Value>>): Row {
    const filled = Object.entries({ ...rows[kind].get(id), ...values }).filter(([, value]) => value !== null && value !== '');
    const row = { ...Object.fromEntries(filled), id, updated_at: new Date(now()).toISOString() } as Row;
    rows[kind].set(id, row);
    return row;
  }
  function add(kind: Kind, values: Readonly<Record<string, Value>>): Row {
    made += 1;
    return save(kind, String(1_000 + made), values);
  }

  function problemOf(kind: Kind, values: Readonly<Record<string, unknown>>): Answer | undefined {
    for (const [name, value] of Object.entries(values)) {
      const field = FIELDS[kind].find((one) => one.name === name);
      const tied = name === 'contact_id' ? 'contacts' : name === 'matter_id' ? 'matters' : undefined;
      const type = field?.kind === 'number' ? 'number' : field?.kind === 'flag' ? 'boolean' : 'string';
      const isWrong =
        !field?.editable ||
        (value === null ? field.required : typeof value !== type) ||
        (value !== null && tied !== undefined && !rows[tied].has(String(value))) ||
        (value !== null && field.choices !== undefined && !field.choices.includes(String(value))) ||
        (field.max_length !== undefined && [...String(value ?? '')].length > field.max_length);
      if (isWrong) return [422, { error: { type: 'ArgumentError', field: name } }];
    }
    return undefined;
  }

  function list(kind: Kind, query: URLSearchParams): Answer {
    const all = [...rows[kind].values()];
    const ids = query.get('ids')?.split(',');
    if (ids) return [200, { data: all.filter(({ id }) => ids.includes(id)) }];
    const by = query.get('by');
    if (by) {
      const values = JSON.parse(query.get('values') ?? '[]') as string[];
      const isAlike = (held: Value | undefined, value: string): boolean =>
        by === 'phone'
          ? digits(held) === digits(value)
          : by === 'email'
            ? String(held).toLowerCase() === value.toLowerCase()
            : String(held) === value;
      return [200, { data: all.filter((row) => row[by] !== undefined && values.some((value) => isAlike(row[by], value))) }];
    }
    const since = query.get('updated_since');
    const placeOf = ({ id, updated_at }: Row) => (since === null ? id : `${updated_at}/${id}`);
    const left = all
      .filter((row) => (since === null || row.updated_at >= since) && placeOf(row) > (query.get('page_token') ?? ''))
      .sort((a, b) => (placeOf(a) < placeOf(b) ? -1 : 1));
    const page = left.slice(0, Math.min(PAGE_MAX, Number(query.get('limit') ?? PAGE_MAX)));
    return [200, { data: page, meta: { paging: page.length < left.length ? { next: placeOf(page.at(-1)!) } : {} } }];
  }

  function change(kind: Kind, id: string, values: Readonly<Record<string, Value>>, etag: string | null): Answer {
    const row = rows[kind].get(id);
    if (row === undefined) return [404, { error: { type: 'RecordNotFound' } }];
    if (etag !== null && etag !== row.updated_at) return [412, { error: { type: 'PreconditionFailed' } }];
    return problemOf(kind, values) ?? [200, { data: save(kind, id, values) }];
  }

  async function answer(request: Request): Promise<Answer> {
    if (request.headers.get('authorization') !== `Bearer ${key}`) return [401, { error: { type: 'Unauthorized' } }];
    const { pathname, searchParams } = new URL(request.url);
    const [, kind, id] = /^\/api\/v4\/(contacts|communications|matters)(?:\/([^/]+))?$/.exec(pathname) ?? [];
    if (pathname === '/api/v4/who_am_i') return [200, { data: { firm: 'firm-7' } }];
    if (pathname === '/api/v4/fields') return [200, { data: FIELDS }];
    if (pathname === '/api/v4/relationships') {
      const contacts = searchParams.get('contact_ids')?.split(',') ?? [];
      const found = relationships.filter(({ contact }) => contacts.includes(contact));
      return [200, { data: found.map(({ contact, matter, relation }) => ({ contact, relation, matter: rows.matters.get(matter) })) }];
    }
    if (kind === undefined) return [404, { error: { type: 'NotFound' } }];
    if (request.method === 'GET') return list(kind as Kind, searchParams);
    const { data } = (await request.json()) as { data: Readonly<Record<string, Value>> };
    if (id !== undefined) return change(kind as Kind, decodeURIComponent(id), data, searchParams.get('if_match'));
    return problemOf(kind as Kind, data) ?? [201, { data: add(kind as Kind, data) }];
  }

  return {
    async fetch(input: string | URL | Request, init?: RequestInit): Promise<Response> {
      const [status, body] = await answer(new Request(input, init));
      return Response.json(body, { status, headers: { date: new Date(now()).toUTCString() } });
    },
    /** What people do in Docket itself. */
    add: (kind: Kind, values: Readonly<Record<string, Value>>): string => add(kind, values).id,
    edit: (kind: Kind, id: string, values: Readonly<Record<string, Value>>): void => void save(kind, id, values),
    relate: (contact: string, matter: string, relation = 'client'): void => void relationships.push({ contact, matter, relation }),
    list: (kind: Kind): readonly Row[] => [...rows[kind].values()],
  };
}
