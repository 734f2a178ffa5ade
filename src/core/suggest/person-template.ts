import { deepFreeze } from '../base/freeze.ts';
import type { Mapping } from '../mapping/mapping-types.ts';
import { BUILT_IN_FIELDS, type ContactSchema, type FieldDefinitions } from '../schema/schema-types.ts';

/**
 * What the templates keep of a person beside the built-in name and number. With fields of your own:
 * `defineContactSchema({ ...PERSON_FIELDS, vip: { type: 'boolean' } })` fits the mappings of the templates.
 */
export const PERSON_FIELDS = deepFreeze({
  email: { type: 'string', label: 'Email' },
  job_title: { type: 'string', label: 'Job title' },
  company_name: { type: 'string', label: 'Company name' },
} as const satisfies FieldDefinitions);

/** Name, number, email, job title and company: what every CRM keeps of a person. */
export type PersonSchema = ContactSchema<typeof PERSON_FIELDS>;

/** A schema and mappings that fit it, as an engine takes them: frozen plain data, to use as it is or to start from. */
export interface PersonTemplate {
  readonly schema: PersonSchema;
  readonly mappings: readonly [Mapping<PersonSchema>];
}

// What `defineContactSchema` would answer, without its work at each start: a test holds the two together.
const schema: PersonSchema = deepFreeze({ entity: 'contact', fields: { ...structuredClone(BUILT_IN_FIELDS), ...PERSON_FIELDS } });

/** All templates of people share one schema: a workspace may use those of several objects and CRMs. */
export const personTemplate = (mapping: Mapping<PersonSchema>): PersonTemplate => deepFreeze({ schema, mappings: [mapping] });
