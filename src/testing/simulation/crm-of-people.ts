import type { AnyRule, ConflictChoice, Mapping } from '../../core/mapping/mapping-types.ts';
import type { Clock } from '../../ports/clock.ts';
import type { CompleteConnector } from '../../ports/connector.ts';
import type { Auth } from '../../ports/tokens.ts';
import type { Chance } from './chance.ts';
import type { CompanyShape } from './companies/company.ts';
import type { CrmOfCompanies } from './companies/crm-of-companies.ts';
import type { BOTH_WAYS, Person, PersonField } from './people.ts';

/** What a connector is made with: `salesforce` and `hubspot` take it as it is. */
export interface ConnectorParts {
  readonly auth: Auth;
  readonly fetch: typeof globalThis.fetch;
  readonly clock: Clock;
  readonly random: () => number;
  readonly instanceUrl: string;
}
export type MakeConnector = (parts: ConnectorParts) => CompleteConnector;

/** A record in the CRM, whatever became of it. */
export interface CrmPerson extends Person {
  readonly id: string;
  /** `untold`: merged into a record that is deleted by now, and the CRM shows of a deleted one no more what it took in. */
  readonly gone: 'deleted' | 'merged' | 'untold' | null;
}

/** A conversation as the CRM keeps it. */
export interface LoggedActivity {
  readonly id: string;
  readonly key: string;
}

/** How an account is set up, and its mapping. */
export interface CrmShape {
  readonly pageSizeMax: number;
  /** Its clock is so far ahead of ours; less than 0: behind. */
  readonly skewMs: number;
  /** New records carry our id in a field that the CRM keeps unique. */
  readonly hasIdField: boolean;
  /** The field that holds the key of a logged conversation is unique. */
  readonly hasActivityKey: boolean;
  /** What decides where both sides of a field that goes both ways have moved. */
  readonly conflicts: Readonly<Record<(typeof BOTH_WAYS)[number], ConflictChoice>>;
  /** Absent: people only. */
  readonly companies?: CompanyShape;
}

/** Something that may go wrong with a request, as the fake calls it. */
export interface Fault {
  readonly what: string;
  /** The request may have its effect so much later. */
  readonly lateMs: number;
  declare(): void;
}

/** A fake CRM that holds people, as the simulation sees it. */
export interface CrmOfPeople {
  readonly object: string;
  readonly mapping: Mapping;
  /** Null: people only. */
  readonly companies: CrmOfCompanies | null;
  readonly fetch: typeof globalThis.fetch;
  /** A new process connects. */
  connector(fetch: typeof globalThis.fetch, clock: Clock, random: () => number): CompleteConnector;
  /** Faults that may strike a request. */
  faultsFor(request: Request, chance: Chance): readonly Fault[];
  /** The request changes something. */
  isWrite(request: Request): boolean;
  add(person: Person, commitDelayMs?: number): string;
  edit(id: string, change: Partial<Person>, commitDelayMs?: number): void;
  remove(id: string): void;
  /** Out of the bin. False: that can't be done any more. */
  restore(id: string): boolean;
  /** The id of the record that is left. */
  merge(winnerId: string, loserId: string): string;
  /** Null: it is not visible yet. */
  person(id: string): CrmPerson | null;
  /** Live records. */
  people(): readonly CrmPerson[];
  activities(): readonly LoggedActivity[];
  /** Records that the CRM's webhooks have told of since they were asked last. */
  announced(): readonly { readonly object: string; readonly id: string }[];
}

export type FieldNames = Readonly<Record<PersonField, string>>;

/** Members of a person under the CRM's names. */
export const renamed = (change: Partial<Person>, names: FieldNames): Record<string, unknown> =>
  Object.fromEntries(Object.entries(change).map(([field, value]) => [names[field as PersonField], value]));

const orNull = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null);

export function personOf(fields: Readonly<Record<string, unknown>>, names: FieldNames): Person {
  const read = (field: PersonField) => orNull(fields[names[field]]);
  return {
    phone_number: read('phone_number'),
    first_name: read('first_name'),
    last_name: read('last_name'),
    email: read('email'),
    title: read('title'),
    city: read('city'),
    notes: read('notes'),
  };
}

export const mappingOf = (
  crmObject: string,
  names: FieldNames,
  {
    conflicts,
    create,
    ties,
  }: { readonly conflicts: CrmShape['conflicts']; readonly create: Mapping['create']; readonly ties: readonly AnyRule[] },
): Mapping => ({
  crmObject,
  fields: [
    { crm: names.phone_number, field: 'phone_number', direction: 'inbound' },
    { crm: names.first_name, field: 'first_name', direction: 'inbound' },
    { crm: names.last_name, field: 'last_name', direction: 'inbound' },
    { crm: names.email, field: 'email', direction: 'both', conflict: conflicts.email },
    { crm: names.title, field: 'title', direction: 'both', conflict: conflicts.title },
    { crm: names.city, field: 'city', direction: 'both', conflict: conflicts.city },
    { crm: names.notes, field: 'notes', direction: 'outbound' },
    ...ties,
  ],
  ...(create !== undefined && { create }),
});
