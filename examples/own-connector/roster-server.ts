/** Roster, a made-up CRM, in memory: people, read and changed over a JSON API. Stands in for the test account of your own. */
import type { Value } from 'crm-sync-engine';

export type Person = { readonly id: string; readonly updated_at: string; readonly deleted?: true } & Readonly<Record<string, unknown>>;

export const FIELDS = [
  { name: 'full_name', label: 'Name', kind: 'text', max_length: 80, editable: true },
  { name: 'job_title', label: 'Job title', kind: 'text', max_length: 255, editable: true },
  { name: 'phone', label: 'Phone', kind: 'phone', max_length: 40, editable: true },
  { name: 'email', label: 'Email', kind: 'email', max_length: 120, editable: true },
  { name: 'stage', label: 'Stage', kind: 'choice', choices: ['new', 'working', 'won'], editable: true },
  { name: 'seats', label: 'Seats', kind: 'number', editable: true },
  { name: 'is_vip', label: 'VIP', kind: 'flag', editable: true },
  { name: 'renews_on', label: 'Renews on', kind: 'day', editable: true },
  { name: 'score', label: 'Score', kind: 'number', editable: false },
] as const;

export interface RosterOptions {
  readonly key: string;
  /** Milliseconds since 1970, its own clock. */
  readonly now: () => number;
  readonly pageSizeMax?: number;
}

export function rosterServer({ key, now, pageSizeMax = 100 }: RosterOptions) {
  const people = new Map<string, Person>();

  function save(id: string, values: Readonly<Record<string, unknown>>): void {
    const filled = Object.entries({ ...people.get(id), ...values }).filter(([, value]) => value !== null && value !== '');
    people.set(id, { ...Object.fromEntries(filled), id, updated_at: new Date(now()).toISOString() }); // a blank field is left out
  }

  function list(query: URLSearchParams) {
    const ids = query.get('ids')?.split(',');
    if (ids) return { people: ids.flatMap((id) => people.get(id) ?? []) };
    const since = query.get('updated_since');
    const placeOf = ({ id, updated_at }: Person) => (since === null ? id : `${updated_at}/${id}`);
    const after = query.get('after') ?? '';
    const limit = Math.min(pageSizeMax, Number(query.get('limit') ?? pageSizeMax));
    const all = [...people.values()]
      .filter((person) => (since === null ? !person.deleted : person.updated_at >= since) && placeOf(person) > after)
      .sort((a, b) => (placeOf(a) < placeOf(b) ? -1 : 1));
    const page = all.slice(0, limit);
    return { people: page, next: all.length > limit ? placeOf(page.at(-1)!) : null };
  }

  function change(id: string, values: Readonly<Record<string, unknown>>): [status: number, body: object] {
    const person = people.get(id);
    if (!person) return [404, {}];
    if (person.deleted) return [410, {}];
    for (const [name, value] of Object.entries(values)) {
      const problem = problemOf(name, value);
      if (problem) return [422, { field: name, problem }];
    }
    save(id, values);
    return [200, people.get(id)!];
  }

  async function answer(request: Request): Promise<[status: number, body: object]> {
    if (request.headers.get('x-roster-key') !== key) return [401, {}];
    const { pathname, searchParams } = new URL(request.url);
    const [, id] = /^\/v1\/people\/([^/]+)$/.exec(pathname) ?? [];
    if (request.method === 'PATCH' && id) return change(decodeURIComponent(id), (await request.json()) as Record<string, unknown>);
    if (request.method !== 'GET') return [405, {}];
    if (pathname === '/v1/account') return [200, { id: 'roster-42' }];
    if (pathname === '/v1/fields') return [200, { fields: FIELDS }];
    return pathname === '/v1/people' ? [200, list(searchParams)] : [404, {}];
  }

  return {
    async fetch(input: string | URL | Request, init?: RequestInit): Promise<Response> {
      const [status, body] = await answer(new Request(input, init));
      return Response.json(body, { status, headers: { date: new Date(now()).toUTCString() } });
    },
    /** What people do in Roster itself. */
    add(values: Readonly<Record<string, Value>>): string {
      const id = `p_${1_001 + people.size}`;
      save(id, values);
      return id;
    },
    edit: save,
    remove: (id: string) => void people.set(id, { id, updated_at: new Date(now()).toISOString(), deleted: true }),
    people: () => [...people.values()].filter(({ deleted }) => !deleted),
  };
}

function problemOf(name: string, value: unknown): string | null {
  const field = FIELDS.find((one) => one.name === name);
  if (!field?.editable) return field ? 'cannot be edited' : 'does not exist';
  if (value === null) return name === 'full_name' ? 'must not be blank' : null;
  const type = field.kind === 'number' ? 'number' : field.kind === 'flag' ? 'boolean' : 'string';
  if (typeof value !== type) return `must be a ${type}`;
  if ('choices' in field && !field.choices.some((choice) => choice === value)) return 'is not one of the choices';
  return 'max_length' in field && String(value).length > field.max_length ? 'is too long' : null;
}
