import type { Replaceable } from '../../core/analysis/given-results.ts';
import { type AnalysisPlan, analysisHash, planAnalysis } from '../../core/analysis/plan-analysis.ts';
import { type Conversation, conversationKey } from '../../core/conversation/conversation.ts';
import { emptyFields } from '../../core/schema/schema.ts';
import type { Fields, Json, Millis } from '../../core/values/value.ts';
import type { EntryChange, Row, RowChange } from '../../ports/store.ts';
import { untilCommitted } from '../commit.ts';
import { type Context, fieldsOf } from '../context.ts';
import { ERASED_REMEDY, erasedPeople } from '../erasure/suppressions.ts';
import { type FoundContact, findContact } from '../find-contact.ts';
import { historyEntry, historyOf } from '../history.ts';
import { keyEntries } from '../identity/key-entries.ts';
import { KIND } from '../kinds.ts';
import { type Claims, claimsOf, keyOf, loadClaims } from '../match-keys.ts';
import type { Session } from '../session.ts';
import { type Step, type StepChange, step } from '../step.ts';
import { appliedVersions, markerBody, notMergedBefore } from './applied-marker.ts';
import { givenChanges, loadGiven, withConversation } from './given-entry.ts';
import { type Drained, drainMerges, type QueuedMerge } from './merges.ts';

export interface ApplyOptions {
  /** Whose conversation it is, where the host knows. */
  readonly contactId?: string | undefined;
  /** Default `anything`. */
  readonly replace?: Replaceable | undefined;
}

/**
 * Analysis → contact, once per conversation and version. Plain fields, the marker that says so, and texts to be merged are
 * committed together (R22); the merger is called after that, never in between (R10).
 */
export async function applyAnalysis(
  context: Context,
  session: Session,
  conversation: Conversation,
  options: ApplyOptions = {},
): Promise<Step> {
  if (!conversation.final) return step('skipped', { reason: 'not_final', remedy: 'Its analysis comes with a later event.' });
  const { result: planned, committed } = await untilCommitted(context, session, () => attempt(context, session, conversation, options));
  if (planned.contactId === null) return planned;
  // A host's table may make its own ids: a new contact's is known once it is committed.
  const result = { ...planned, contactId: committed?.ids[0] ?? planned.contactId };
  if (committed !== null && result.changes.length > 0)
    context.notify({
      type: 'contact.changed',
      contactId: result.contactId,
      fields: result.changes.map(({ field }) => field),
      cause: 'analysis',
    });
  const merged = await drainMerges(context, session, result.contactId);
  return withMerges(result, merged, conversationKey(conversation));
}

/** What makes an analysis applied once, and another one of the same conversation new. */
export const versionKey = ({ options }: Context, conversation: Conversation): string =>
  `${conversationKey(conversation)}#${analysisHash(conversation, options.analysis)}`;

async function attempt(context: Context, session: Session, conversation: Conversation, { contactId, replace }: ApplyOptions) {
  const marker = versionKey(context, conversation);
  const { marker: applied, all: versions } = await appliedVersions(context, conversation, marker);
  const { phone } = conversation.contact;
  const callerClaims = await loadClaims(context, phone === undefined ? [] : [keyOf('contact', 'phone_number', phone)]);
  const found = await findContact(context, conversation, contactId);
  if (applied !== undefined)
    return { changes: null, result: step('unchanged', { contactId: found.found === 'one' ? found.row.id : applied.contactId }) };
  const at = session.storeNow();
  const target = await targetOf(context, conversation, found, callerClaims, at);
  if ('status' in target) return { changes: null, result: target };

  const { timeZone, transforms } = context.options;
  const stored = await loadGiven(context, target.row?.id ?? null);
  const plan = planAnalysis({
    schema: context.schema,
    rules: context.options.analysis ?? [],
    conversation,
    contact: { fields: target.fields },
    given: stored.given,
    now: new Date(at).toISOString(),
    ...(replace !== undefined && { replace }),
    ...(timeZone !== undefined && { timeZone }),
    ...(transforms !== undefined && { transforms }),
  });
  const contact = target.row?.id ?? { row: 0 };
  const isCounted = target.row !== null && versions.some(({ contactId: whose }) => whose === target.row?.id);
  const conversations = isCounted ? stored.conversations : withConversation(stored.conversations, conversation.startedAt);
  const merges = await notMergedBefore(context, conversation, target.row?.id ?? null, plan.merges);
  const row: RowChange =
    target.row === null
      ? { kind: 'insert', entity: 'contact', suggestedId: target.id, set: { ...target.fields, ...plan.set } }
      : { kind: 'update', contactId: target.row.id, expected: target.row.version, set: plan.set };
  const entries: EntryChange[] = [
    ...target.entries,
    ...(await keyEntries(context, { contact, before: target.fields, set: plan.set, at })),
    {
      scope: 'workspace',
      kind: KIND.applied,
      key: marker,
      expected: null,
      put: { body: markerBody(conversation, plan.merges), contactId: contact },
    },
    ...givenChanges(stored, { given: plan.given, conversations }, contact, target.row?.id ?? target.id),
  ];
  if (merges.length > 0) entries.push(mergeEntry(marker, conversation, merges, contact, at));
  const changes = [...createdChange(target), ...changesOf(plan)];
  if (changes.length > 0) {
    const source = { flow: 'analysis', conversation: conversationKey(conversation) } as const;
    entries.push(historyEntry(context, contact, { at: new Date(at).toISOString(), source, changes }));
  }
  return {
    changes: { rows: [row], entries },
    result: step(changes.length > 0 ? 'done' : 'unchanged', { contactId: target.row?.id ?? target.id, changes, refused: plan.refused }),
  };
}

interface Target {
  /** Null: the contact is new. */
  readonly row: Row | null;
  readonly id: string;
  readonly fields: Fields;
  readonly entries: readonly EntryChange[];
}

const createdChange = ({ row, fields }: Target): StepChange[] =>
  row === null
    ? [{ field: 'phone_number', before: null, after: fields['phone_number'] ?? null, rule: 'unknownCaller', reason: 'created' }]
    : [];

/** The contact to write to, a new one where the settings ask for it, or why there is none. */
async function targetOf(
  context: Context,
  conversation: Conversation,
  found: FoundContact,
  claims: Claims,
  at: Millis,
): Promise<Step | Target> {
  if (found.found === 'one') return { row: found.row, id: found.row.id, fields: fieldsOf(context, found.row.fields), entries: [] };
  if (found.found === 'removed')
    return step('skipped', { reason: 'contact_not_found', remedy: 'There is no contact with the given id: it may have been removed.' });
  if (found.found === 'several')
    return step('skipped', {
      reason: 'ambiguous',
      remedy: 'Several contacts share this number: correct all but one, or name the contact (`contactId`).',
    });
  if (found.phone === null)
    return step('skipped', { reason: 'no_number', remedy: 'The conversation has no usable number: name the contact (`contactId`).' });
  if (context.options.unknownCaller !== 'create')
    return step('skipped', { reason: 'unknown_caller', remedy: "Pull the contact first, or set `unknownCaller: 'create'`." });
  const keys = { phone_number: found.phone };
  const holder = claims.get(keyOf('contact', 'phone_number', found.phone))?.contactId ?? null;
  if (holder !== null && (await wasRemovedSince(context, holder, conversation)))
    return step('skipped', { reason: 'contact_removed', remedy: 'The contact of this number was removed after the conversation began.' });
  const { erased, fence } = await erasedPeople(context, 'contact', [keys]);
  if (erased[0]) return step('skipped', { reason: 'erased', remedy: ERASED_REMEDY });
  const entries = [fence, ...claimsOf(claims, 'contact', keys, { row: 0 }, at)];
  return { row: null, id: context.ids(), fields: { ...emptyFields(context.schema), ...keys }, entries };
}

/** Whoever removed the contact, by hand or with its record, did not ask for another one of a conversation that was before that. */
async function wasRemovedSince(context: Context, contactId: string, { startedAt }: Conversation): Promise<boolean> {
  const [row] = await context.store.load({ ids: [contactId] });
  if (row !== undefined && row.removed !== true) return false;
  const history = await historyOf(context, contactId);
  const isRemoval = (event: string | undefined) => event === 'removed' || event === 'record_deleted';
  return history.some(({ event, at }) => isRemoval(event) && Date.parse(at) >= Date.parse(startedAt));
}

function mergeEntry(
  version: string,
  conversation: Conversation,
  merges: AnalysisPlan['merges'],
  contactId: string | { row: number },
  at: number,
): EntryChange {
  // Conversations in order of time, and versions of one in the order in which they came.
  const key = `${new Date(conversation.startedAt).toISOString()}/${conversationKey(conversation)}/${at}/${version}`;
  const body: QueuedMerge = {
    conversation: conversationKey(conversation),
    at: conversation.startedAt,
    items: merges.map(({ field, incoming, rule }) => ({ field, incoming, rule: rule.from })),
    attempts: 0,
  };
  return { scope: 'workspace', kind: KIND.merge, key, expected: null, put: { body: body as unknown as Json, dueAt: at, contactId } };
}

const changesOf = ({ changes }: AnalysisPlan): StepChange[] =>
  changes.map(({ field, before, after, rule }) => ({ field, before, after, rule: rule.from, reason: rule.mode }));

/** @param key - Of the conversation: while texts of others wait, it is done all the same. */
function withMerges(result: Step, merged: Drained, key: string): Step {
  const changes = [...result.changes, ...merged.changes];
  if (merged.failure !== null && merged.waiting.has(key))
    return { ...result, status: 'pending', changes, reason: merged.failure.code, remedy: merged.failure.remedy };
  return merged.changes.length > 0 ? { ...result, status: 'done', changes } : result;
}
