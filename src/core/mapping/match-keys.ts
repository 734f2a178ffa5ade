import { ENTITIES } from '../schema/entities.ts';
import type { Schema } from '../schema/schema-types.ts';
import type { Mapping } from './mapping-types.ts';

/** The fields by which a mapping finds whose record it is, in order: its own, else those of a contact or company. */
export const matchKeysOf = ({ entity }: Pick<Schema, 'entity'>, { matchKey }: Pick<Mapping, 'matchKey'>): readonly string[] =>
  matchKey === undefined ? ENTITIES[entity].matchKeys : ([matchKey].flat() as readonly string[]);
