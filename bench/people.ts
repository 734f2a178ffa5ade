import { compileMapping, type DescribedObject, defineContactSchema, defineMapping, type Fetched, type Value } from 'crm-sync-engine';

export const OBJECT = 'Contact';
const SOURCES = ['Web', 'Phone Inquiry', 'Partner', 'Trade Show'];
const STATUSES = ['New', 'Working', 'Qualified', 'Customer'];
const FIRST = ['Alice', 'Bob', 'Chloé', 'Dmitri', 'Esra', 'Femi', 'Gül', 'Hana', 'Ivo', 'Jun', 'Kai'];
const LAST = [
  'Smith',
  'Okafor',
  'García',
  'Nguyễn',
  'Schmidt',
  'Kowalska',
  'Yılmaz',
  'Tanaka',
  'Rossi',
  'Dubois',
  'Singh',
  'Meyer',
  "O'Hara",
];
const START = Date.parse('2026-01-05T09:00:00.000Z');

export const schema = defineContactSchema({
  email: { type: 'string' },
  company_name: { type: 'string' },
  title: { type: 'string', maxLength: 128 },
  lead_source: { type: 'enum', options: SOURCES },
  lead_status: { type: 'enum', options: STATUSES },
  score: { type: 'number' },
  customer_since: { type: 'date' },
});

/** Ten mapped fields of every type but datetime, three of them two-way. */
export const mapping = defineMapping(schema, {
  crmObject: OBJECT,
  fields: [
    { crm: 'Phone', field: 'phone_number', direction: 'inbound' },
    { crm: 'FirstName', field: 'first_name', direction: 'inbound' },
    { crm: 'LastName', field: 'last_name', direction: 'inbound' },
    { crm: 'DoNotCall', field: 'do_not_call', direction: 'inbound' },
    { crm: 'Company', field: 'company_name', direction: 'inbound' },
    { crm: 'Title', field: 'title', direction: 'inbound' },
    { crm: 'LeadSource', field: 'lead_source', direction: 'inbound' },
    { crm: 'Email', field: 'email', direction: 'both' },
    { crm: 'Status', field: 'lead_status', direction: 'both', conflict: 'newest' },
    { crm: 'Score', field: 'score', direction: 'both' },
  ],
});

const plain = { creatable: true, updatable: true, nullable: true, required: false, filterable: true, unique: false } as const;
const picklist = (values: readonly string[]) =>
  ({ type: 'picklist', options: values.map((value) => ({ value, label: value })), restricted: true }) as const;

export const described: DescribedObject = {
  name: OBJECT,
  label: 'Contact',
  fields: [
    { ...plain, name: 'Phone', label: 'Phone', type: 'phone' },
    { ...plain, name: 'FirstName', label: 'First name', type: 'string', length: 40 },
    { ...plain, name: 'LastName', label: 'Last name', type: 'string', length: 80 },
    { ...plain, name: 'DoNotCall', label: 'Do not call', type: 'boolean', nullable: false },
    { ...plain, name: 'Company', label: 'Company', type: 'string', length: 255 },
    { ...plain, name: 'Title', label: 'Title', type: 'string', length: 128 },
    { ...plain, name: 'LeadSource', label: 'Lead source', ...picklist(SOURCES) },
    { ...plain, name: 'Email', label: 'Email', type: 'email', length: 80 },
    { ...plain, name: 'Status', label: 'Status', ...picklist(STATUSES) },
    { ...plain, name: 'Score', label: 'Score', type: 'number', scale: 2 },
  ],
};

export const OPTIONS = { defaultCountry: 'US' } as const;
export const compiled = compileMapping(schema, mapping, { ...OPTIONS, described });

/** How numbers are written: as E.164, or as people in the US type them. */
export type Spelling = 'e164' | 'national';

/** The person with this number in a made-up CRM, always the same. The line numbers are those that nobody has. */
export function valuesOf(index: number, spelling: Spelling = index % 2 === 0 ? 'e164' : 'national'): Record<string, Value> {
  const area = 201 + (Math.floor(index / 10_000) % 700);
  const line = String(index % 10_000).padStart(4, '0');
  const first = FIRST[index % FIRST.length]!;
  const last = LAST[index % LAST.length]!;
  return {
    Phone: spelling === 'e164' ? `+1${area}555${line}` : `(${area}) 555-${line}`,
    FirstName: first,
    LastName: last,
    DoNotCall: index % 17 === 0,
    Company: index % 5 === 0 ? null : `${last} & Partners ${index % 997}`,
    Title: index % 3 === 0 ? 'Head of Customer Operations' : 'Buyer',
    LeadSource: SOURCES[index % SOURCES.length]!,
    Email: `${first.toLowerCase()}.${index}@example.com`,
    Status: index % 4 === 0 ? null : STATUSES[index % STATUSES.length]!,
    Score: index % 100,
  };
}

export const recordId = (index: number): string => `003${String(index).padStart(15, '0')}`;
export const indexOf = (id: string): number => Number(id.slice(3));
export const modifiedAt = (index: number): string => new Date(START + index * 1000).toISOString();

export const fetched = (index: number, spelling?: Spelling): Extract<Fetched, { state: 'present' }> => ({
  id: recordId(index),
  state: 'present',
  modifiedAt: modifiedAt(index),
  values: valuesOf(index, spelling),
});

/** The number of this person as the contact has it. */
export const phoneOf = (index: number): string => valuesOf(index, 'e164')['Phone'] as string;
