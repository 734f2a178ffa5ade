import type { Millis } from '../../core/values/value.ts';
import { createDatabase, type Database, type StoredRecord } from './database.ts';
import { SalesforceFailure } from './failure.ts';
import { toId18 } from './ids.ts';
import type { Denial } from './schema/denial.ts';
import type { FieldSpec } from './schema/field-spec.ts';
import { createSchema, type ObjectSchema, type Schema } from './schema/schema.ts';
import { CLOSED_TASK_STATUS, TASK_STATUSES } from './schema/work.ts';

/** Refuses a record with the administrator's words, or lets it pass with null. */
export type ValidationRule = (fields: Readonly<Record<string, unknown>>) => { readonly message: string; readonly field?: string } | null;
/** What a flow of the org writes in the same transaction when a record was saved; null for nothing. */
export type Automation = (fields: Readonly<Record<string, unknown>>) => Readonly<Record<string, unknown>> | null;

export interface DuplicateRule {
  /** Records are duplicates where all of these are equal and filled. */
  readonly fields: readonly string[];
  /** True: the rule only warns, and `Sforce-Duplicate-Rule-Header: allowSave=true` passes it. */
  readonly allowSave?: boolean;
}

export interface OrgOptions {
  /** Custom fields by object and API name. An object that is not built in becomes a custom object; its name ends in `__c`. */
  readonly fields?: Readonly<Record<string, Readonly<Record<string, FieldSpec>>>>;
  /** Custom objects that allow activities: a task may be related to their records. */
  readonly withActivities?: readonly string[];
  /** Fields that field-level security hides, as `Contact.DoNotCall`. Default `['Task.Type']`, which orgs often hide. */
  readonly hidden?: readonly string[];
  /** IANA zone of the connected user: what date literals such as TODAY go by. Default `America/Los_Angeles`. */
  readonly userZone?: string;
  readonly orgId?: string;
  /** The connected user has the license that Salesforce gives for software. Default false. */
  readonly integrationUser?: boolean;
  /** What the connected user may not do. Default nothing. */
  readonly denied?: readonly Denial[];
  /** By object. */
  readonly validationRules?: Readonly<Record<string, ValidationRule>>;
  /** By object; they look at every live record, also those that the test adds. */
  readonly duplicateRules?: Readonly<Record<string, DuplicateRule>>;
  /** By object; an automation sets off no other. */
  readonly automations?: Readonly<Record<string, Automation>>;
}

/** One Salesforce org: its objects, its rows, its clock. */
export interface Org {
  readonly id: string;
  readonly schema: Schema;
  readonly database: Database;
  readonly userZone: string;
  /** The connected user. */
  readonly userId: string;
  readonly integrationUser: boolean;
  readonly denied: ReadonlySet<Denial>;
  /** Whom the assignment rules of Lead, Case and Account hand a record to. */
  readonly assigneeId: string;
  readonly validationRules: Readonly<Record<string, ValidationRule>>;
  readonly duplicateRules: Readonly<Record<string, DuplicateRule>>;
  readonly automations: Readonly<Record<string, Automation>>;
  /** Milliseconds; stamps are in whole seconds. */
  now(): Millis;
  stamp(): Millis;
}

export function createOrg(options: OrgOptions, now: () => Millis): Org {
  const schema = createSchema(options.fields ?? {}, options.hidden ?? ['Task.Type'], options);
  const database = createDatabase();
  const stamp = (): Millis => Math.floor(now() / 1000) * 1000;
  const id = toId18(options.orgId ?? '00DFk0000000001');
  if (id === null || !id.startsWith('00D'))
    throw new TypeError(`fakeSalesforce: ${options.orgId} is no org id; it has 15 or 18 characters and starts with 00D.`);
  const userZone = options.userZone ?? 'America/Los_Angeles';

  const user = schema.object('User')!;
  const userId = database.nextId(user);
  const assigneeId = database.nextId(user);
  const at = stamp();
  const system = { CreatedDate: at, CreatedById: userId, LastModifiedDate: at, LastModifiedById: userId, SystemModstamp: at };
  const person = (own: string, name: string, first: string, last: string): void => {
    database.insert(
      user,
      own,
      {
        Id: own,
        Username: `${name}@example.com`,
        Email: `${name}@example.com`,
        FirstName: first,
        LastName: last,
        Name: `${first} ${last}`,
        Alias: name.slice(0, 8),
        IsActive: true,
        UserType: own === userId && options.integrationUser === true ? 'CloudIntegrationUser' : 'Standard',
        TimeZoneSidKey: userZone,
        LocaleSidKey: 'en_US',
        LanguageLocaleKey: 'en_US',
        ...system,
      },
      at,
    );
  };
  person(userId, 'integration', 'Integration', 'User');
  person(assigneeId, 'assigned', 'Assignment', 'Rule');

  const status = schema.object('TaskStatus')!;
  for (const [order, name] of TASK_STATUSES.entries()) {
    const own = database.nextId(status);
    const row = {
      Id: own,
      MasterLabel: name,
      ApiName: name,
      SortOrder: order + 1,
      IsDefault: order === 0,
      IsClosed: name === CLOSED_TASK_STATUS,
    };
    database.insert(status, own, { ...row, ...system }, at);
  }
  const { validationRules = {}, duplicateRules = {}, automations = {}, integrationUser = false, denied = [] } = options;
  const rules = { validationRules, duplicateRules, automations };
  return { id, schema, database, userZone, userId, integrationUser, denied: new Set(denied), assigneeId, ...rules, now, stamp };
}

/** The object of that name. @throws SalesforceFailure NOT_FOUND, as paths answer it. */
export function objectOf(org: Org, name: string): ObjectSchema {
  const found = org.schema.object(name);
  if (found === undefined) throw new SalesforceFailure('NOT_FOUND', 'The requested resource does not exist', { status: 404 });
  return found;
}

const BIN_MS = 15 * 86_400_000;

/** Deleted so long ago that it left the recycle bin too: no answer tells of it any more. */
export const isPurged = ({ now }: Org, { values, schema }: StoredRecord): boolean =>
  values['IsDeleted'] === true && (!schema.definition.undeletable || now() - Number(values['SystemModstamp']) > BIN_MS);

/** The record if the connected user may see it, deleted ones too as long as they are in the recycle bin. */
export function visibleRecord(org: Org, id: string): StoredRecord | undefined {
  const record = org.database.get(id);
  return record?.shared === true && !isPurged(org, record) ? record : undefined;
}
