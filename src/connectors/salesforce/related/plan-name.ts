import { readAssociationName } from '../../../core/forms/association-name.ts';
import { CrmSyncError, type CrmSyncErrorOptions } from '../../../errors.ts';
import type { Call } from '../../../ports/connector.ts';
import type { Context } from '../context.ts';
import type { ObjectInfo } from '../describe.ts';
import { visible } from '../query/field-path.ts';
import { objectName } from '../query/soql.ts';
import { type TiedObject, tiedObject } from './tied-object.ts';
import { type Way, waysTo } from './ways.ts';

/** What one name of a query asks for. */
export interface UsableName {
  readonly name: string;
  readonly tied: TiedObject;
  readonly ways: readonly Way[];
}
/** What is wrong with it, and with no other. */
type UnusableName = { readonly name: string; readonly error: CrmSyncError };

/** What every name of a query shares. */
export interface Start {
  readonly info: ObjectInfo;
  /** Null where a record of the object has no account that can be asked for. */
  readonly account: ObjectInfo | null;
  /** What a task may be about. */
  readonly activityObjects: ReadonlySet<string>;
}

/** @throws CrmSyncError where the object of the records is hidden, or tasks are. */
export async function startOf({ describer }: Context, object: string, call: Call): Promise<Start> {
  const info = await describer.object(object, call);
  const task = await describer.object('Task', call);
  const what = [...task.relations.values()].find(({ lookup }) => lookup === 'WhatId');
  const belongs = object !== 'Account' && info.fields.has('AccountId');
  return {
    info,
    account: belongs ? await visible(describer, 'Account', call) : null,
    activityObjects: new Set(what?.targets),
  };
}

/** @throws CrmSyncError for what is wrong with every name alike. */
export async function planName({ describer }: Context, start: Start, name: string, call: Call): Promise<UsableName | UnusableName> {
  try {
    const { object, label } = readAssociationName(name);
    const info = await describer.object(objectName(object), call);
    if (!start.activityObjects.has(object)) throw withoutActivities(object);
    const role = label === null ? null : roleOf(object === 'Opportunity' ? await describer.object(ROLE, call) : null, label);
    const ways = waysTo({ start: start.info, object, role, account: start.account });
    if (ways.length === 0) throw notRelated(start.info.described.name, object);
    return { name, tied: tiedObject(info), ways };
  } catch (error) {
    if (error instanceof CrmSyncError && OF_THE_NAME.has(error.category)) return { name, error };
    throw error;
  }
}

const ROLE = 'OpportunityContactRole';
const OF_THE_NAME: ReadonlySet<string> = new Set(['configuration', 'permission', 'not_found', 'validation']);

/** The role as Salesforce keeps it; people write its label, or either in another case. */
function roleOf(roles: ObjectInfo | null, label: string): string {
  const wanted = label.toLowerCase();
  const options = roles?.fields.get('Role')?.options ?? [];
  const found = options.find((option) => option.value === label) ?? options.find((option) => isCalled(option, wanted));
  if (found) return found.value;
  throw unusable(`There is no such role of a contact as the name of an association has after its colon.`, {
    code: 'no_association_label',
    remedy:
      roles === null
        ? 'Leave the label out: of Salesforce only opportunities have one, the role of the contact.'
        : `Use one of the roles of the org: ${options.map(({ label: shown }) => shown).join(', ')}.`,
  });
}

const isCalled = ({ value, label }: { readonly value: string; readonly label: string }, wanted: string): boolean =>
  value.toLowerCase() === wanted || label.toLowerCase() === wanted;

const withoutActivities = (object: string): CrmSyncError =>
  unusable(`${object} allows no activities, so none can be tied to it.`, {
    code: 'object_without_activities',
    remedy: `Tick "Allow Activities" on ${object} in Salesforce, or leave it out of the form.`,
    at: { object },
  });

const notRelated = (from: string, object: string): CrmSyncError =>
  unusable(`Nothing leads from ${from} to ${object}.`, {
    code: 'object_not_related',
    remedy: `Show the connected user a look-up from ${object} to ${from} or to its account, or leave it out of the form.`,
    at: { object },
  });

const unusable = (message: string, options: Omit<CrmSyncErrorOptions, 'category'>): CrmSyncError =>
  new CrmSyncError(message, { ...options, category: 'configuration' });
