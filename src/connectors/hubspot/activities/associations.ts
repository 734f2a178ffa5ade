import type { Activity } from '../../../core/activity/activity.ts';
import { CrmSyncError } from '../../../errors.ts';
import type { Association, Call, Write } from '../../../ports/connector.ts';
import type { Context } from '../context.ts';
import { objectKind, recordId } from '../objects.ts';
import { orNoPermission } from '../optional.ts';
import { readAssociations } from '../query/associated.ts';
import { visible } from '../query/selection.ts';

/**
 * What an activity belongs to, its own record first, each once.
 *
 * @throws CrmSyncError `invalid_record_id`, `invalid_object_name`: what can't be a record is never sent.
 */
export function associationsOf({ record, associations = [] }: Pick<Activity, 'record' | 'associations'>): readonly Association[] {
  const all = new Map<string, Association>();
  for (const one of [record, ...associations]) {
    const key = `${objectKind(one.object).name} ${checkedId(one)}`;
    if (!all.has(key)) all.set(key, one);
  }
  return [...all.values()];
}

function checkedId({ object, id }: Association): string {
  if (recordId(id) === id) return id;
  throw new CrmSyncError('An activity is to be tied to something that is no record id of HubSpot.', {
    code: 'invalid_record_id',
    category: 'configuration',
    remedy: 'Give the id of the record: digits only, as they stand in its URL in HubSpot.',
    at: { object },
  });
}

/** Which activities HubSpot's screens tie to the company of their contact. */
const TIED: ReadonlySet<string> = new Set(['calls', 'communications', 'notes']);

/**
 * New activities of a contact with the contact's primary company, unless they name a company. HubSpot's own rule does not
 * run for what comes over the API. Nothing is added where the app may not see companies: the tie could be refused, and the
 * activity with it.
 */
export async function withPrimaryCompanies(context: Context, batch: readonly Write[], call: Call): Promise<readonly Write[]> {
  if (!context.associateCompany || !TIED.has(objectKind(batch[0]!.object).name)) return batch;
  const contacts = batch.map(contactOf);
  const ids = [...new Set(contacts.filter((id) => id !== null))];
  if (ids.length === 0 || (await visible(context.describer, 'companies', call)) === null) return batch;
  const read = await orNoPermission(() => readAssociations(context.client, { from: 'contacts', to: 'companies', ids }, call));
  return batch.map((write, index) => {
    const contact = contacts[index]!;
    const company = contact === null ? undefined : read?.ties.get(contact)?.find(({ primary }) => primary);
    return company ? { ...write, associations: [...write.associations!, { object: 'companies', id: company.id }] } : write;
  });
}

/** The contact of an activity that names no company; null: there is none, or there are several. */
function contactOf({ associations = [] }: Write): string | null {
  const ids = (name: string) => associations.filter(({ object }) => objectKind(object).name === name).map(({ id }) => recordId(id));
  const [contact = null, ...others] = ids('contacts');
  return others.length > 0 || ids('companies').length > 0 ? null : contact;
}
