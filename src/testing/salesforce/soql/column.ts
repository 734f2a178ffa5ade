import { isDeleted, type Stored, type StoredRecord } from '../database.ts';
import type { SalesforceFailure } from '../failure.ts';
import type { Org } from '../org.ts';
import { type Field, field } from '../schema/field.ts';
import type { ObjectSchema } from '../schema/schema.ts';
import type { Path } from './syntax.ts';
import { malformed } from './tokens.ts';

/** A resolved path: where it leads and how to read it from a record. */
export interface Column {
  /** API names with the case of the schema. */
  readonly names: readonly string[];
  readonly field: Field;
  /** The field itself lies on the object of the query. */
  readonly direct: boolean;
  readonly read: (record: StoredRecord) => Stored;
}

/** What the objects behind a polymorphic lookup have in common (Object Reference, "Name"). */
const NAME_FIELDS: readonly Field[] = [
  field('Id', 'id'),
  field('Name', 'string'),
  field('Type', 'picklist'),
  field('FirstName', 'string'),
  field('LastName', 'string'),
  field('Email', 'email'),
  field('Phone', 'phone'),
  field('Title', 'string'),
  field('IsActive', 'boolean'),
];
const LEVELS_MAX = 5;

/**
 * Resolves the columns of one query.
 *
 * @throws SalesforceFailure INVALID_FIELD for a name that the connected user cannot see.
 */
export function columnsOf(org: Org, object: ObjectSchema, text: string, alias: string | null): (path: Path) => Column {
  const known = new Map<string, Column>();
  return (path) => {
    const key = path.names.join('.').toLowerCase();
    const column = known.get(key) ?? resolve(org, object, text, alias, path);
    known.set(key, column);
    return column;
  };
}

function resolve(org: Org, object: ObjectSchema, text: string, alias: string | null, { names, at }: Path): Column {
  const first = names[0]!.toLowerCase();
  const prefixed = names.length > 1 && (first === alias?.toLowerCase() || first === object.name.toLowerCase());
  const parts = prefixed ? names.slice(1) : names;
  if (parts.length > LEVELS_MAX + 1) throw malformed(text, at, `Relationship path ${names.join('.')} has more than ${LEVELS_MAX} levels.`);

  let here: ObjectSchema | null = object; // null: behind a polymorphic lookup
  const lookups: string[] = [];
  const canonical: string[] = [];
  for (const part of parts.slice(0, -1)) {
    const lookup: Field | undefined = here?.relationship(part);
    if (lookup === undefined) {
      const advice =
        "If you are attempting to use a custom relationship, be sure to append the '__r' after the custom relationship name. Please reference your WSDL or the describe call for the appropriate names.";
      throw malformed(text, at, `Didn't understand relationship '${part}' in field path. ${advice}`, 'INVALID_FIELD');
    }
    lookups.push(lookup.name);
    canonical.push(lookup.relationshipName!);
    here = lookup.referenceTo.length === 1 ? (org.schema.object(lookup.referenceTo[0]!) ?? null) : null;
  }
  const last = parts.at(-1)!;
  const found: Field | undefined =
    here === null ? NAME_FIELDS.find(({ name }) => name.toLowerCase() === last.toLowerCase()) : here.field(last);
  if (found === undefined) {
    const entity = here?.name ?? 'Name';
    const advice =
      "If you are attempting to use a custom field, be sure to append the '__c' after the custom field name. Please reference your WSDL or the describe call for the appropriate names.";
    throw malformed(text, at, `No such column '${last}' on entity '${entity}'. ${advice}`, 'INVALID_FIELD');
  }
  const typeOfParent = here === null && found.name === 'Type';
  const value = (record: StoredRecord): Stored => (typeOfParent ? record.schema.name : (record.values[found.name] ?? null));
  if (lookups.length === 0) return { names: [found.name], field: found, direct: true, read: value };
  return {
    names: [...canonical, found.name],
    field: found,
    direct: false,
    read(record) {
      let parent: StoredRecord | undefined = record;
      for (const lookup of lookups) parent = parent === undefined ? undefined : parentOf(org, parent, lookup);
      return parent === undefined ? null : value(parent);
    },
  };
}

/** The parent if the connected user may see it. */
export function parentOf(org: Org, record: StoredRecord, lookup: string): StoredRecord | undefined {
  const id = record.values[lookup];
  const parent = typeof id === 'string' ? org.database.get(id) : undefined;
  return parent?.shared === true && !isDeleted(parent) ? parent : undefined;
}

export const invalidType = (text: string, at: number, object: string): SalesforceFailure =>
  malformed(
    text,
    at,
    `sObject type '${object}' is not supported. If you are attempting to use a custom object, be sure to append the '__c' after the entity name. Please reference your WSDL or the describe call for the appropriate names.`,
    'INVALID_TYPE',
  );

export const invalidField = (text: string, at: number, message: string): SalesforceFailure => malformed(text, at, message, 'INVALID_FIELD');
