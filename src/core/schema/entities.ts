import type { Entity } from '../link/link.ts';
import { BUILT_IN_COMPANY_FIELDS, BUILT_IN_FIELDS, type FieldDefinitions } from './schema-types.ts';

interface EntityFacts {
  readonly plural: string;
  /** Fields that every one has; a schema adds its own. */
  readonly builtIn: FieldDefinitions;
  /** What finds the one of a new record where a mapping says nothing, in order. */
  readonly matchKeys: readonly string[];
}

/** What differs between contacts and companies. */
export const ENTITIES: Readonly<Record<Entity, EntityFacts>> = {
  contact: { plural: 'contacts', builtIn: BUILT_IN_FIELDS, matchKeys: ['phone_number'] },
  company: { plural: 'companies', builtIn: BUILT_IN_COMPANY_FIELDS, matchKeys: ['domain', 'name'] },
};
