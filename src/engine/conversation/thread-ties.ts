import type { TiedRecord } from '../../core/forms/activity-answers.ts';
import type { BoundWrite } from '../../core/forms/bound-submission.ts';
import type { LogField, LogForm } from '../../core/forms/log-form.ts';
import { membersOf } from '../../core/mapping/rule-schema.ts';
import type { EntryChange } from '../../ports/store.ts';
import type { Context } from '../context.ts';
import { KIND } from '../kinds.ts';

/** What a thread is tied to, by key of the form's field, since somebody has said so. Ids, no values. */
export type ThreadTies = Readonly<Record<string, TiedRecord>>;

interface Place {
  readonly thread: string;
  readonly contactId: string;
}

export const threadTiesChange = ({ thread, contactId }: Place, ties: ThreadTies): EntryChange => ({
  scope: 'connection',
  kind: KIND.threadTies,
  key: thread,
  expected: 'any',
  put: { body: { ties: Object.fromEntries(Object.entries(ties).map(([key, { object, id }]) => [key, { object, id }])) }, contactId },
});

/** Null: nobody has said anything of this thread, or it was another contact's then. */
export async function loadThreadTies({ store }: Context, { thread, contactId }: Place): Promise<ThreadTies | null> {
  const [entry] = await store.entries({ scope: 'connection', kind: KIND.threadTies, keys: [thread], limit: 1 });
  return entry === undefined || entry.contactId !== contactId ? null : (entry.body as unknown as { readonly ties: ThreadTies }).ties;
}

/** The ties as a form's answers. */
export const writesOf = (ties: ThreadTies): readonly BoundWrite[] =>
  Object.entries(ties).map(([key, { object, id }]) => ({ key, to: { association: object }, action: 'set', value: id }));

/** The form without the fields that tie: what was said of the thread stands for all of them, also for those that were answered with none. */
export const withoutTies = ({ exclusive: _, ...form }: LogForm): LogForm => ({
  ...form,
  fields: form.fields.filter((field) => !isTie(field)),
});

function isTie(field: LogField): boolean {
  const { writes } = membersOf(field);
  return writes === 'association' || membersOf(writes)['association'] !== undefined;
}
