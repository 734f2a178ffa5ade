import type { Call, CompleteConnector, Mapping, RequestSeen } from 'crm-sync-engine';
import { defineContactSchema, defineMapping } from 'crm-sync-engine';
import { hubspot } from 'crm-sync-engine/hubspot';
import { salesforce } from 'crm-sync-engine/salesforce';
import { fakeHubSpot, fakeSalesforce, manualClock } from 'crm-sync-engine/testing';

export const schema = defineContactSchema({ email: { type: 'string' }, text: { type: 'string' }, notes: { type: 'string' } });

/** A request as the CRM got it. */
export interface Sent {
  readonly method: string;
  readonly url: URL;
  readonly headers: Headers;
  readonly body: string;
  readonly status: number;
}

interface Names {
  readonly object: string;
  readonly phone_number: string;
  readonly first_name: string;
  readonly last_name: string;
  readonly email: string;
  /** A text that can be filtered by. */
  readonly text: string;
  /** A long text. */
  readonly notes: string;
  /** A text that is kept unique. */
  readonly code: string;
  readonly id: string;
  readonly activity: string;
}

/** A fake CRM whose every request is kept. */
export interface HostileCrm {
  readonly name: 'salesforce' | 'hubspot';
  readonly names: Names;
  readonly mapping: Mapping;
  readonly connector: CompleteConnector;
  readonly clock: ReturnType<typeof manualClock>;
  readonly call: Call;
  readonly sent: readonly Sent[];
  /** Characters that `text` holds. */
  readonly textMax: number;
  add(values: Readonly<Record<string, unknown>>): string;
  values(id: string): Readonly<Record<string, unknown>>;
  /** Live records of an object. */
  count(object: string): number;
  activities(): readonly Readonly<Record<string, unknown>>[];
  /** Structure of the request, every value replaced by `?`, and the values. */
  taken(sent: Sent): { readonly structure: string; readonly values: readonly string[] };
}

const mappingOf = (names: Names): Mapping =>
  defineMapping(schema, {
    crmObject: names.object,
    fields: [
      { crm: names.phone_number, field: 'phone_number', direction: 'inbound' },
      { crm: names.first_name, field: 'first_name', direction: 'both' },
      { crm: names.last_name, field: 'last_name', direction: 'inbound' },
      { crm: names.email, field: 'email', direction: 'both' },
      { crm: names.text, field: 'text', direction: 'inbound' },
      { crm: names.notes, field: 'notes', direction: 'outbound' },
    ],
  });

function recording(fetch: typeof globalThis.fetch): { readonly sent: Sent[]; readonly fetch: typeof globalThis.fetch } {
  const sent: Sent[] = [];
  return {
    sent,
    fetch: async (input, init) => {
      const request = new Request(input, init);
      const body = await request.clone().text();
      const response = await fetch(request);
      const { method, url, headers } = request;
      sent.push({ method, url: new URL(url), headers, body, status: response.status });
      return response;
    },
  };
}

const callAt = (clock: ReturnType<typeof manualClock>): Call => ({
  signal: new AbortController().signal,
  now: () => clock.now(),
  onRequest: (_: RequestSeen) => undefined,
});

const ESCAPED: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', b: '\b', f: '\f' };

/** Reads a query as the SOQL reference says: what stands between quotes is text, with its escapes. */
function readSoql(soql: string): { readonly structure: string; readonly values: readonly string[] } {
  const values: string[] = [];
  const structure = soql.replaceAll(/'((?:[^'\\]|\\[\s\S])*)'/g, (_, inside: string) => {
    values.push(
      inside.replaceAll(/\\(?:u([0-9a-fA-F]{4})|([\s\S]))/g, (whole, code?: string, letter = '') =>
        code !== undefined ? String.fromCharCode(Number.parseInt(code, 16)) : '%_'.includes(letter) ? whole : (ESCAPED[letter] ?? letter),
      ),
    );
    return '?';
  });
  return { structure, values };
}

function salesforceOf(): HostileCrm {
  const clock = manualClock('2026-01-05T09:00:00Z');
  const crm = fakeSalesforce({
    clock,
    fields: {
      Contact: {
        Text__c: { type: 'string', length: 255 },
        Notes__c: { type: 'textarea', length: 131_072 },
        Code__c: { type: 'string', length: 255, externalId: true, unique: true },
      },
    },
  });
  const names: Names = {
    object: 'Contact',
    phone_number: 'Phone',
    first_name: 'FirstName',
    last_name: 'LastName',
    email: 'Email',
    text: 'Text__c',
    notes: 'Notes__c',
    code: 'Code__c',
    id: 'Id',
    activity: 'Task',
  };
  const { sent, fetch } = recording(crm.fetch);
  return {
    name: 'salesforce',
    names,
    mapping: mappingOf(names),
    connector: salesforce({ ...crm.options, clock, fetch }),
    clock,
    call: callAt(clock),
    sent,
    textMax: 255,
    add: (values) => crm.add('Contact', values).id,
    values: (id) => crm.record(id).fields,
    count: (object) => crm.list(object).length,
    activities: () => crm.list('Task').map(({ fields }) => fields),
    taken: ({ url, body }) => {
      const query = url.searchParams.get('q');
      if (query !== null) return readSoql(query);
      return readJson(body);
    },
  };
}

function hubspotOf(): HostileCrm {
  const clock = manualClock('2026-01-05T09:00:00Z');
  const crm = fakeHubSpot({
    clock,
    burstLimit: 100_000,
    searchLimit: 100_000,
    tokenSeconds: 1e9,
    properties: {
      contacts: {
        text: { type: 'string', fieldType: 'text' },
        notes: { type: 'string', fieldType: 'textarea' },
        code: { type: 'string', fieldType: 'text', hasUniqueValue: true },
      },
    },
  });
  const names: Names = {
    object: 'contacts',
    phone_number: 'phone',
    first_name: 'firstname',
    last_name: 'lastname',
    email: 'email',
    text: 'text',
    notes: 'notes',
    code: 'code',
    id: 'hs_object_id',
    activity: 'calls',
  };
  const { sent, fetch } = recording(crm.fetch);
  return {
    name: 'hubspot',
    names,
    mapping: mappingOf(names),
    connector: hubspot({ ...crm.options, clock, fetch }),
    clock,
    call: callAt(clock),
    sent,
    textMax: 65_536,
    add: (values) => crm.add('contacts', values).id,
    values: (id) => crm.record(id).properties,
    count: (object) => crm.list(object).length,
    activities: () => crm.list('calls').map(({ properties }) => properties),
    taken: ({ body }) => readJson(body),
  };
}

/** Reads a body: everything that is no name of a member is a value. */
function readJson(body: string): { readonly structure: string; readonly values: readonly string[] } {
  const values: string[] = [];
  const shape = (node: unknown): unknown => {
    if (Array.isArray(node)) return node.map(shape);
    if (typeof node === 'object' && node !== null)
      return Object.fromEntries(Object.entries(node).map(([name, member]) => [name, shape(member)]));
    if (typeof node === 'string') values.push(node);
    return typeof node === 'string' ? '?' : node;
  };
  return { structure: body === '' ? '' : JSON.stringify(shape(JSON.parse(body))), values };
}

export const CRMS = { salesforce: salesforceOf, hubspot: hubspotOf } as const;
