import type { Chance } from './chance.ts';

/** What people know of a person, in the contact's own field names; null is blank. */
export interface Person {
  readonly phone_number: string | null;
  readonly first_name: string | null;
  readonly last_name: string | null;
  readonly email: string | null;
  readonly title: string | null;
  readonly city: string | null;
  readonly notes: string | null;
}
export type PersonField = keyof Person;

/** Fields that go both ways, and those that only come from the CRM; `notes` only goes there. */
export const BOTH_WAYS = ['email', 'title', 'city'] as const satisfies readonly PersonField[];
export const INBOUND = ['phone_number', 'first_name', 'last_name'] as const satisfies readonly PersonField[];
export const FIELDS: readonly PersonField[] = [...INBOUND, ...BOTH_WAYS, 'notes'];

/** Everything that people type can be told by this, wherever it turns up. A hash may have such digits in it, by chance. */
export const TYPED = /qv\d+q|(?<![a-z\d])(?:\+?1[ -]?)?\(?415\)?[ -]?2\d\d[ -]?\d{4}(?![a-z\d])/i;

/** A number as the contact has it, of one that is spelt as people do. Null where it is none. */
export function e164(phone: string | null): string | null {
  const digits = phone?.replace(/\D/g, '') ?? '';
  return digits.length === 10 ? `+1${digits}` : digits.length === 11 ? `+${digits}` : null;
}

/** How a value stands in a contact. */
export const asLocal = (field: PersonField, value: string | null): string | null => (field === 'phone_number' ? e164(value) : value);

/** People whose every value is theirs alone, so that one tells where it came from. */
export function createValues() {
  let made = 0;
  const value = (field: PersonField): string => {
    made += 1;
    if (field === 'phone_number') return `(415) ${200 + Math.floor(made / 10_000)}-${String(made % 10_000).padStart(4, '0')}`;
    return field === 'email' ? `qv${made}q@example.com` : `Qv${made}q`;
  };
  return {
    value,
    person(): Person {
      const [phone_number, first_name, last_name, email] = [value('phone_number'), value('first_name'), value('last_name'), value('email')];
      return { phone_number, first_name, last_name, email, title: value('title'), city: null, notes: null };
    },
    /** Other values, or blanks, for some of these fields. */
    change(chance: Chance, fields: readonly PersonField[]): Partial<Person> {
      const count = chance.of(0.3) ? 2 : 1;
      const changed = Array.from({ length: count }, () => chance.oneOf(fields));
      const isBlank = (field: PersonField) => field !== 'last_name' && chance.of(0.1); // Salesforce keeps no contact without one
      return Object.fromEntries(changed.map((field) => [field, isBlank(field) ? null : value(field)]));
    },
  };
}
