import type { Millis } from '../../core/values/value.ts';
import { isDeleted, type Stored, type StoredRecord, type Values } from './database.ts';
import { derive } from './derive.ts';
import { SalesforceFailure, unsupported } from './failure.ts';
import type { Org } from './org.ts';
import { readValue } from './read-value.ts';
import { checkRules, wireFields } from './rules.ts';
import type { Field } from './schema/field.ts';
import type { ObjectSchema } from './schema/schema.ts';

/** Who saves, and how. */
export interface Save {
  /** `admin` is the test itself: it may set what the API cannot, such as the conversion of a lead. */
  readonly actor: 'api' | 'admin';
  /** The caller did not send `Sforce-Auto-Assign: FALSE`: assignment rules run on leads, cases and accounts. */
  readonly assign: boolean;
  readonly allowDuplicates: boolean;
  /** A stamp other than now, in milliseconds: of a transaction that began earlier. */
  readonly stampedAt?: Millis;
  /** Asks whether this write runs into a locked row. */
  readonly isLocked: (method: 'POST' | 'PATCH' | 'DELETE', object: string) => boolean;
}

export type Input = Readonly<Record<string, unknown>>;

const ADMIN: Save = { actor: 'admin', assign: false, allowDuplicates: true, isLocked: () => false };
/** The save of a test: it meets no lock, no duplicate rule and no assignment rule. */
export const adminSave = (stampedAt?: Millis): Save => (stampedAt === undefined ? ADMIN : { ...ADMIN, stampedAt });

/** Fields that nobody sets by name. */
const NEVER_SET = new Set(['Id', 'IsDeleted', 'SystemModstamp']);
const ASSIGNED = new Set(['Lead', 'Case', 'Account']);

/** @param id - Reserved before, for a record that becomes visible later. */
export function insertRecord(org: Org, object: ObjectSchema, input: Input, save: Save, id = org.database.nextId(object)): StoredRecord {
  if (save.actor === 'api' && !object.definition.createable)
    throw new SalesforceFailure('CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY', `entity type cannot be inserted: ${object.definition.label}`);
  if (Object.keys(input).some((name) => name.toLowerCase() === 'id'))
    throw new SalesforceFailure('INVALID_FIELD_FOR_INSERT_UPDATE', 'cannot specify Id in an insert call', { fields: ['Id'] });
  const given = readInput(org, object, input, 'createable', save);
  assertUnlocked(save, 'POST', object, id);

  const at = stampOf(org, save);
  const values: Values = {
    ...defaultsOf(org, object),
    ...given,
    ...(save.assign && ASSIGNED.has(object.name) ? { OwnerId: org.assigneeId } : {}),
    ...stamps(org, at),
    CreatedDate: given['CreatedDate'] ?? at,
    CreatedById: given['CreatedById'] ?? org.userId,
    IsDeleted: false,
    Id: id,
  };
  const changed = object.fields.filter(({ name }) => (values[name] ?? null) !== null && !NEVER_SET.has(name));
  checkRules(org, { object, id, values, before: null, changed, allowDuplicates: save.allowDuplicates });
  const record = org.database.insert(object, id, derive(org, object, values, null, at), org.now());
  afterSave(org, record, at);
  return record;
}

export function updateRecord(org: Org, record: StoredRecord, input: Input, save: Save): void {
  const { schema: object, values: before } = record;
  if (isDeleted(record)) throw new SalesforceFailure('ENTITY_IS_DELETED', 'entity is deleted', { status: 404 });
  if (save.actor === 'api' && !object.definition.updateable)
    throw new SalesforceFailure('CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY', `entity type cannot be updated: ${object.definition.label}`);
  const given = readInput(org, object, input, 'updateable', save);
  assertUnlocked(save, 'PATCH', object, record.id);
  if (save.actor === 'api' && object.name === 'Lead' && before['IsConverted'] === true)
    throw new SalesforceFailure('CANNOT_UPDATE_CONVERTED_LEAD', 'cannot reference converted lead');

  const at = stampOf(org, save);
  const assigned = save.assign && ASSIGNED.has(object.name) ? { OwnerId: org.assigneeId } : {};
  const values: Values = { ...before, ...given, ...assigned, ...stamps(org, at) };
  const changed = object.fields.filter(({ name }) => name in given && (given[name] ?? null) !== (before[name] ?? null));
  checkRules(org, { object, id: record.id, values, before, changed, allowDuplicates: save.allowDuplicates });
  org.database.replace(record, derive(org, object, values, before, at));
  afterSave(org, record, at);
}

/** Reads the values of a body by field; `attributes` is no field. */
function readInput(
  org: Org,
  object: ObjectSchema,
  input: Input,
  right: 'createable' | 'updateable',
  { actor }: Save,
): Record<string, Stored> {
  const values: Record<string, Stored> = {};
  const refused: string[] = [];
  for (const [name, raw] of Object.entries(input)) {
    if (name === 'attributes') continue;
    const field = actor === 'api' ? object.field(name) : object.anyField(name);
    if (field === undefined) {
      if (object.relationship(name) !== undefined) throw unsupported('a parent named by its external id');
      throw new SalesforceFailure('INVALID_FIELD', `No such column '${name}' on sobject of type ${object.name}`);
    }
    if (actor === 'api' ? !field[right] : NEVER_SET.has(field.name)) refused.push(field.name);
    else values[field.name] = readValue(field, raw, org.schema);
  }
  if (refused.length > 0) {
    const security =
      'Please check the security settings of this field and verify that it is read/write for your profile or permission set.';
    throw new SalesforceFailure('INVALID_FIELD_FOR_INSERT_UPDATE', `Unable to create/update fields: ${refused.join(', ')}. ${security}`, {
      fields: refused,
    });
  }
  return values;
}

function defaultsOf(org: Org, object: ObjectSchema): Record<string, Stored> {
  const defaults: Record<string, Stored> = {};
  for (const { name, defaultValue } of object.fields) if (defaultValue !== null) defaults[name] = defaultValue;
  return object.anyField('OwnerId') === undefined ? defaults : { ...defaults, OwnerId: org.userId };
}

export const stampOf = (org: Org, { stampedAt }: Save): Millis =>
  stampedAt === undefined ? org.stamp() : Math.floor(stampedAt / 1000) * 1000;

export const stamps = (org: Org, at: Millis): Values => ({ LastModifiedDate: at, LastModifiedById: org.userId, SystemModstamp: at });

export function assertUnlocked(save: Save, method: 'POST' | 'PATCH' | 'DELETE', object: ObjectSchema, id: string): void {
  if (save.isLocked(method, object.name))
    throw new SalesforceFailure('UNABLE_TO_LOCK_ROW', `unable to obtain exclusive access to this record or 1 records: ${id}`);
}

/** What a save sets off in the same transaction: the org's automation, and the last activity of a person. */
function afterSave(org: Org, record: StoredRecord, at: Millis): void {
  const { schema: object } = record;
  const wanted = org.automations[object.name]?.(wireFields(object, record.values)) ?? null;
  if (wanted !== null) {
    const given = readInput(org, object, wanted, 'updateable', ADMIN);
    org.database.replace(record, derive(org, object, { ...record.values, ...given }, record.values, at));
  }
  if (object.name === 'Task') noteActivity(org, record.values);
}

/** A completed task moves `LastActivityDate` of its person, and no stamp. */
function noteActivity({ database }: Org, task: Values): void {
  const [who, day] = [task['WhoId'], task['ActivityDate']];
  if (task['IsClosed'] !== true || typeof who !== 'string' || typeof day !== 'string') return;
  const person = database.get(who);
  const last: Field | undefined = person?.schema.anyField('LastActivityDate');
  if (person === undefined || last === undefined) return;
  const before = person.values[last.name];
  if (typeof before !== 'string' || before < day) database.replace(person, { ...person.values, [last.name]: day });
}
