import type { Entity } from '../link/link.ts';

export const FIELD_TYPES = ['string', 'number', 'boolean', 'date', 'datetime', 'enum'] as const;
export type FieldType = (typeof FIELD_TYPES)[number];

/** The value stored, or a value with the label that people (and CRM picklists) show for it. */
export type EnumOption = string | { readonly value: string; readonly label?: string };

interface Described {
  readonly label?: string;
  /** For people; and for a merge field the instruction of the merge. */
  readonly description?: string;
}
export interface StringField extends Described {
  readonly type: 'string';
  /** Most characters (code points). */
  readonly maxLength?: number;
}
export interface PlainField extends Described {
  readonly type: 'number' | 'boolean' | 'date' | 'datetime';
}
export interface EnumField extends Described {
  readonly type: 'enum';
  readonly options: readonly EnumOption[];
}
export type FieldDefinition = StringField | PlainField | EnumField;
export type FieldDefinitions = Readonly<Record<string, FieldDefinition>>;

/** The four fields every contact has. `do_not_call` is only a field to filter by: nothing here refuses because of it. */
export const BUILT_IN_FIELDS = {
  phone_number: { type: 'string', label: 'Phone number' },
  first_name: { type: 'string', label: 'First name' },
  last_name: { type: 'string', label: 'Last name' },
  do_not_call: { type: 'boolean', label: 'Do not call' },
} as const satisfies FieldDefinitions;
export type BuiltInFields = typeof BUILT_IN_FIELDS;

/** The two fields every company has. `domain` is the host of its web site: `acme.com`. */
export const BUILT_IN_COMPANY_FIELDS = {
  name: { type: 'string', label: 'Name' },
  domain: { type: 'string', label: 'Domain' },
} as const satisfies FieldDefinitions;
export type BuiltInCompanyFields = typeof BUILT_IN_COMPANY_FIELDS;

/** What a contact or a company consists of. Plain data: `JSON.stringify` gives what `parseContactSchema` or `parseCompanySchema` reads. */
// biome-ignore lint/suspicious/noExplicitAny: schemas may come from JSON; a typed engine must fit an untyped parameter (see docs)
export interface Schema<F extends FieldDefinitions = any, E extends Entity = Entity> {
  readonly entity: E;
  /** Built-in and custom fields. */
  readonly fields: F;
}
export type ContactSchema<F extends FieldDefinitions = FieldDefinitions> = Schema<BuiltInFields & F, 'contact'>;
export type CompanySchema<F extends FieldDefinitions = FieldDefinitions> = Schema<BuiltInCompanyFields & F, 'company'>;

type OptionOf<O> = O extends string ? O : O extends { readonly value: infer V extends string } ? V : never;
type ScalarOf<T> = T extends 'number' ? number : T extends 'boolean' ? boolean : string;
/** The value a field holds, without null. Any type of field that is not known any closer: any value. */
export type ValueOf<D> = 0 extends 1 & D
  ? string | number | boolean
  : D extends { readonly type: 'enum'; readonly options: readonly (infer O)[] }
    ? OptionOf<O>
    : D extends { readonly type: infer T }
      ? ScalarOf<T>
      : string | number | boolean;

export type FieldName<S extends Schema> = keyof S['fields'] & string;
/** The fields of a contact or company, typed by its schema; every field may be null. */
export type FieldsOf<S extends Schema> = { readonly [K in FieldName<S>]: ValueOf<S['fields'][K]> | null };
/** Some fields to write; null clears. */
export type FieldPatch<S extends Schema> = { readonly [K in FieldName<S>]?: ValueOf<S['fields'][K]> | null };
