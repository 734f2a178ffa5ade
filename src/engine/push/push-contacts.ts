import type { RunError } from '../../core/runs/run.ts';
import { isPushed, PUSH_FILTER } from '../../core/sync/push-filter.ts';
import type { Row } from '../../ports/store.ts';
import { lacking } from '../capability.ts';
import { compile } from '../compiled.ts';
import { type Context, fieldsOf } from '../context.ts';
import type { PushOptions } from '../options.ts';
import type { RunRecorder } from '../run-recorder.ts';
import { NO_RECORD_REMEDY, OUT_OF_TIME, type Step } from '../step.ts';
import { isPending, pushInto } from './push.ts';

/** How the push of one contact went. */
export type ContactPushed = Pick<Step, 'status' | 'reason' | 'remedy' | 'refused'>;

/**
 * Pushes just these contacts; where asked, those without a record get one. It takes no lease, so that nobody waits for a long run: versions keep it right beside one (R9).
 *
 * @throws CrmSyncError where the push as a whole can't go on: the connection is paused, the CRM can't be reached.
 */
export async function pushContacts(
  context: Context,
  run: RunRecorder,
  contactIds: readonly string[],
  { createMissing = false }: Pick<PushOptions, 'createMissing'> = {},
): Promise<ReadonlyMap<string, ContactPushed>> {
  const answers = new Map<string, ContactPushed>();
  if (!context.can.has('write')) {
    for (const id of contactIds) answers.set(id, { status: 'disabled', ...lacking('write'), refused: [] });
    return answers;
  }
  const before = await linkStates(context, run, contactIds);
  const pushed = [...before].filter(([, states]) => createMissing !== false || states.length > 0).map(([id]) => id);
  const written = new Set<string>();
  const errors = new Map<string, RunError[]>();
  run.hear(({ contactId = '', ...error }) => errors.set(contactId, [...(errors.get(contactId) ?? []), error]));
  const listening: Context = {
    ...context,
    notify(event) {
      if (event.type === 'record.written') written.add(event.contactId);
      context.notify(event);
    },
  };
  const ended = pushed.length === 0 ? 'done' : await pushInto(listening, run, null, { contactIds: pushed, createMissing });
  const after = await linkStates(context, run, pushed);
  const keptBack = await notPushed(context, pushed);
  const making = createMissing !== false ? await inTheMaking(context, pushed) : new Set<string>();
  for (const id of contactIds) {
    if (!before.has(id)) answers.set(id, { status: 'skipped', ...CONTACT_REMOVED, refused: [] });
    else if (!pushed.includes(id)) answers.set(id, { status: 'skipped', reason: 'no_link', remedy: NO_RECORD_REMEDY, refused: [] });
    else {
      const states = after.get(id) ?? [];
      const isKeptBack = states.every((state) => state === 'kept_back') && keptBack.has(id);
      const isMade = before.get(id)?.length === 0 && states.length > 0;
      const isOpen = states.includes('pending') || making.has(id);
      if (isKeptBack && !isOpen && !written.has(id) && !errors.has(id)) answers.set(id, { status: 'skipped', ...KEPT_BACK, refused: [] });
      else if (states.length > 0 || isOpen || errors.has(id))
        answers.set(id, answerOf({ isOpen, ended, isWritten: written.has(id) || isMade, errors: errors.get(id) ?? [] }));
      else answers.set(id, { status: 'skipped', reason: 'no_link', remedy: NO_RECORD_REMEDY, refused: [] });
    }
  }
  return answers;
}

interface Pushed {
  readonly isOpen: boolean;
  readonly isWritten: boolean;
  readonly ended: 'done' | 'paused';
  readonly errors: readonly RunError[];
}

function answerOf({ isOpen, isWritten, ended, errors }: Pushed): ContactPushed {
  const [failure] = errors;
  const refused = errors.map(({ field = '', code, message, remedy }) => ({ field, code, message, remedy }));
  const why = failure === undefined ? null : { reason: failure.code, remedy: failure.remedy };
  if (isOpen) return { status: 'pending', ...(why ?? (ended === 'paused' ? OUT_OF_TIME : UNSETTLED)), refused };
  // A held field is kept with its link and tried again when it is due: nothing else is left to do.
  if (isWritten) return { status: 'done', reason: null, remedy: null, refused };
  return { status: why === null ? 'unchanged' : 'skipped', ...(why ?? { reason: null, remedy: null }), refused };
}

const CONTACT_REMOVED = { reason: 'contact_removed', remedy: 'The contact was removed here: nothing is sent for it.' } as const;
const KEPT_BACK = {
  reason: PUSH_FILTER,
  remedy: "The contact does not match the mapping's `pushFilter`: nothing is sent for it until it does.",
} as const;
const UNSETTLED = { reason: 'write_in_flight', remedy: 'A write to this record is not settled yet; the next push goes on.' } as const;

/** Contacts whose record may be there, which nobody knows yet. */
async function inTheMaking(context: Context, contactIds: readonly string[]): Promise<ReadonlySet<string>> {
  const rows = contactIds.length === 0 ? [] : await context.store.load({ ids: contactIds });
  return new Set(rows.filter(({ links }) => links.some(({ state }) => state === 'creating')).map(({ id }) => id));
}

/** Contacts that no mapping which writes sends anything for. */
async function notPushed(context: Context, contactIds: readonly string[]): Promise<ReadonlySet<string>> {
  const written = context.mappings.filter(({ fields }) => fields.some(({ direction }) => direction !== 'inbound'));
  if (contactIds.length === 0 || written.every(({ pushFilter }) => pushFilter === undefined)) return new Set();
  const compiled = written.map((mapping) => compile(context, mapping));
  const isKeptBack = (row: Row) => compiled.every((mapping) => !isPushed(mapping, fieldsOf(context, row.fields)));
  return new Set((await context.store.load({ ids: contactIds })).filter(isKeptBack).map(({ id }) => id));
}

/** Of each contact that is there, and each active link of a mapped object: whether something is left to send. */
async function linkStates(
  context: Context,
  { session }: RunRecorder,
  contactIds: readonly string[],
): Promise<ReadonlyMap<string, readonly ('settled' | 'pending' | 'kept_back')[]>> {
  const rows = contactIds.length === 0 ? [] : await context.store.load({ ids: contactIds });
  const mapped = context.mappings.map((mapping) => ({
    object: mapping.crmObject,
    isWritten: mapping.fields.some(({ direction }) => direction !== 'inbound'),
    compiled: compile(context, mapping),
  }));
  const stateOf = (row: (typeof rows)[number]) =>
    mapped.flatMap(({ object, isWritten, compiled }) => {
      const link = row.links.find((one) => one.object === object && one.state === 'active');
      if (link === undefined) return [];
      if (!isWritten) return ['settled' as const];
      const isOpen = link.body.sent.length > 0 || isPending(row, { object, plan: compiled.planFingerprint, now: session.storeNow() });
      if (isOpen) return ['pending' as const];
      return [isPushed(compiled, fieldsOf(context, row.fields)) ? ('settled' as const) : ('kept_back' as const)];
    });
  return new Map(rows.filter(({ removed }) => removed !== true).map((row) => [row.id, stateOf(row)]));
}
