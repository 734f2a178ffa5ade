import { keptFields } from '../../core/contacts/kept-fields.ts';
import { type Conversation, conversationKey } from '../../core/conversation/conversation.ts';
import { answeredValues } from '../../core/forms/activity-answers.ts';
import type { BoundSubmission } from '../../core/forms/bound-submission.ts';
import type { CompiledMapping, Mapping } from '../../core/mapping/mapping-types.ts';
import { normalizePhone } from '../../core/phone/phone.ts';
import { emptyFields } from '../../core/schema/schema.ts';
import { planCreate } from '../../core/sync/plan-create.ts';
import type { Fields } from '../../core/values/value.ts';
import { CrmSyncError } from '../../errors.ts';
import { countCalls } from '../budget.ts';
import { compiled } from '../compiled.ts';
import type { Context } from '../context.ts';
import { logActivity, refusedStep } from '../conversation/log-activity.ts';
import type { FlowOptions } from '../options.ts';
import { Permit } from '../permit.ts';
import { type ContactPushed, pushContacts } from '../push/push-contacts.ts';
import { RunRecorder } from '../run-recorder.ts';
import { Session } from '../session.ts';
import { isStepFailure, pendingStep, type Step, step } from '../step.ts';
import { creatingMappings } from './create-missing.ts';
import { loadCreates } from './entry.ts';
import { lookUp } from './look-up.ts';
import { type PlacedContact, placeContact } from './place-contact.ts';

export interface CreateContactOptions extends Pick<FlowOptions, 'timeLimitMs' | 'signal'> {
  /** Any spelling. Default: the number of the conversation. */
  readonly phone?: string;
  /** Logged on the new record. */
  readonly conversation?: Conversation;
  /** The form that was filled in for the log. */
  readonly log?: BoundSubmission;
  /**
   * Names the operation: called again with it, it goes on where it stopped, with the same contact and record. Default: the key of the
   * conversation, else the number or email address.
   */
  readonly key?: string;
  /** What becomes of it where there is a record with the number or address: it is the contact's (default), or nothing is made. */
  readonly duplicates?: 'adopt' | 'report';
  /** Who filled the form in, for the history. Default `form`. */
  readonly by?: string;
}

/** `record` is that of the contact. */
export interface ContactCreated extends Step {
  /** How the log of the conversation went; null: none was given, or there is no record yet. */
  readonly activity: Step | null;
}

type Given = Omit<CreateContactOptions, 'timeLimitMs' | 'signal'>;

/**
 * A form for a new contact → contact here, record in the CRM, log of the call: one operation, each part of which is done once.
 * Whatever stops it, the same call goes on with it.
 *
 * @throws CrmSyncError `no_mapping`, `capability_missing`.
 */
export async function createContact(
  context: Context,
  submission: BoundSubmission,
  { timeLimitMs, signal, ...given }: CreateContactOptions,
): Promise<ContactCreated> {
  const { contactType } = submission;
  const mapping = mappingOf(context, contactType);
  const limits = { ...(timeLimitMs !== undefined && { timeLimitMs }), ...(signal !== undefined && { signal }) };
  const session = new Session(context, { ...limits, interactive: true });
  try {
    const permit = await Permit.ask(context, session, null);
    await permit.checkAccount();
    return await create(context, session, { submission, mapping: await compiled(context, session, mapping), ...given });
  } catch (error) {
    if (!isStepFailure(error)) throw error;
    return { ...pendingStep(error, { apiCalls: session.apiCalls }), activity: null };
  } finally {
    await countCalls(context, session);
  }
}

/** The one of the type that was chosen: a type of contact is a CRM object. */
function mappingOf(context: Context, contactType: string | null): Mapping {
  const mapping = creatingMappings(context, contactType ?? true).find((one) => context.mappings.includes(one));
  if (mapping !== undefined) return mapping;
  throw new CrmSyncError(`${contactType ?? 'No object'} is no CRM object that contacts are mapped to.`, {
    code: 'no_mapping',
    category: 'configuration',
    remedy: 'Let the types of the form be CRM objects with a mapping of contacts.',
  });
}

interface Creating extends Given {
  readonly submission: BoundSubmission;
  readonly mapping: CompiledMapping;
}

async function create(context: Context, session: Session, creating: Creating): Promise<ContactCreated> {
  const { submission, mapping, conversation, duplicates = 'adopt', by = 'form' } = creating;
  const end = (result: Step, activity: Step | null = null): ContactCreated => ({ ...result, apiCalls: session.apiCalls, activity });
  const object = mapping.crmObject;
  const { fields: described } = await context.connector.describe(object, session.call);
  const reserved = mapping.create.idField === null ? [] : [mapping.create.idField.name];
  const { timeZone } = context.options;
  const target = { object, fields: described, isUpdate: false, reserved, ...(timeZone !== undefined && { timeZone }) };
  const { values, refused } = answeredValues(submission, 'recordField', target);
  if (refused.length > 0) return end(refusedStep(null, refused, 'create it'));
  const phone = phoneOf(context, creating);
  if (phone === 'unusable')
    return end(step('skipped', { reason: 'invalid_phone', remedy: 'Give the number with its country, such as +14155550123.' }));

  const fields = { ...keptFields(mapping.readRecord({ id: '', fields: values }).fields), ...(phone !== null && { phone_number: phone }) };
  const contact = { id: 'new', version: '', fields: { ...emptyFields(context.schema), ...fields } };
  const plan = planCreate({ mapping, contact, now: session.storeNow(), asked: values });
  if (plan.action === 'refuse') return end(step('skipped', { reason: plan.code, remedy: plan.remedy }));

  const key = creating.key ?? keyOf(conversation, fields);
  const inCrm = async () => {
    const { byKeys } = await lookUp(context, session, mapping, [{ contactId: 'new', keys: plan.keys }]);
    const [record] = byKeys.get('new') ?? [];
    return record === undefined ? null : { object, id: record.id };
  };
  const placed = await placeContact(context, session, {
    key,
    fields,
    asked: { object, values },
    by,
    adopts: duplicates === 'adopt',
    inCrm,
  });
  if (!('contactId' in placed)) return end(step('skipped', placed));
  if (placed.changes.length > 0)
    context.notify({
      type: 'contact.changed',
      contactId: placed.contactId,
      fields: placed.changes.map(({ field }) => field),
      cause: 'manual',
    });
  const made = await makeRecord(context, session, { placed, object, by });
  if (made.record === null || conversation === undefined) return end(made);
  const { log } = creating;
  const whose = { contactId: placed.contactId, record: made.record, ...(log !== undefined && { submission: log }) };
  const activity = await logActivity(context, session, conversation, whose);
  if (activity.status === 'pending') return end({ ...made, status: 'pending', reason: activity.reason, remedy: activity.remedy }, activity);
  return end(activity.status === 'done' && made.status === 'unchanged' ? { ...made, status: 'done' } : made, activity);
}

function phoneOf({ options: { defaultCountry } }: Context, { phone, conversation }: Creating): string | null | 'unusable' {
  if (phone === undefined) return conversation?.contact.phone ?? null;
  const read = normalizePhone(phone, defaultCountry === undefined ? {} : { defaultCountry });
  return read.kind === 'phone' ? read.e164 : 'unusable';
}

/** What tells the operation from others where the host names none. */
function keyOf(conversation: Conversation | undefined, fields: Fields): string {
  if (conversation !== undefined) return conversationKey(conversation);
  return fields['phone_number'] !== undefined ? `phone_number:${fields['phone_number']}` : `email:${fields['email']}`;
}

interface RecordToMake {
  readonly placed: Extract<PlacedContact, { readonly contactId: string }>;
  readonly object: string;
  readonly by: string;
}

/** The record of the contact, by what makes records of contacts that have none: never two, whatever is lost (P5). */
async function makeRecord(context: Context, session: Session, { placed, object, by }: RecordToMake): Promise<Step> {
  const { contactId, changes, isResumed, record: present } = placed;
  const told = { contactId, changes };
  if (present !== null) {
    const adopted = isResumed ? {} : ADOPTED;
    return step(isResumed ? 'unchanged' : 'done', { ...told, record: present, ...adopted });
  }
  const run = new RunRecorder(context, session, { flow: 'push', by });
  const pushed = (await pushContacts(context, run, [contactId], { createMissing: object })).get(contactId) as ContactPushed;
  const [row] = await context.store.load({ ids: [contactId] });
  const link = row?.links.find((one) => one.object === object && one.state === 'active' && one.recordId !== null);
  const { refused } = pushed;
  if (link === undefined) {
    const refusal = (await loadCreates(context, object, [contactId])).get(contactId)?.entry;
    const before = refusal?.state === 'refused' && pushed.reason === 'no_link' ? { reason: refusal.code, remedy: REFUSED_REMEDY } : {};
    return step(pushed.status === 'done' ? 'pending' : pushed.status, { ...told, ...pushed, ...before });
  }
  const isMade = run.counts.created > 0;
  const record = { object, id: link.recordId as string };
  return step('done', { ...told, refused, record, ...(!isMade && !isResumed && ADOPTED) });
}

const ADOPTED = {
  reason: 'duplicate_adopted',
  remedy: 'Nothing to do: the CRM had a record with the number or address, which the contact has now. What was filled there stays.',
} as const;
const REFUSED_REMEDY =
  'The CRM has refused just this: correct the form, or what stands in its way in the CRM. It is tried again after a day.';
