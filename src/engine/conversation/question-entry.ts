import type { Channel } from '../../core/conversation/conversation.ts';
import type { AutomaticQuestion } from '../../core/forms/bind-automatic.ts';
import type { FormMatch } from '../../core/forms/form-input.ts';
import type { FormContext, LogForm } from '../../core/forms/log-form.ts';
import type { Json, Value } from '../../core/values/value.ts';
import type { EntryChange } from '../../ports/store.ts';
import type { Context } from '../context.ts';
import { KIND } from '../kinds.ts';
import type { HostOptions } from './host-options.ts';

/** What nobody has answered about an activity that was logged by itself, with all that an answer needs. */
export interface StoredQuestion {
  /** Key of the conversation. */
  readonly conversation: string;
  /** Of a message: its thread, for whose later activities the answer counts, too. */
  readonly thread?: string;
  readonly channel: Channel;
  readonly startedAt: string;
  /** ISO 8601 UTC. */
  readonly askedAt: string;
  readonly form: LogForm;
  readonly context: FormContext;
  /** The record that it was logged on, and the options as they were then. */
  readonly match: FormMatch;
  /** Options that came from the host, as they were then. */
  readonly host?: HostOptions;
  /** By key: what was decided without anybody. */
  readonly stored: Readonly<Record<string, Value>>;
  readonly questions: readonly AutomaticQuestion[];
}

interface Place {
  /** Of the activity: it has one entry of this kind at most. */
  readonly key: string;
  readonly contactId: string | null;
}

const placeOf = (key: string) => ({ scope: 'connection', kind: KIND.question, key, expected: 'any' }) as const;

export const askedQuestion = ({ key, contactId }: Place, question: StoredQuestion): EntryChange => ({
  ...placeOf(key),
  put: { body: question as unknown as Json, contactId },
});

/** Somebody has answered, or there is nothing any more to answer about. */
export const closedQuestion = (key: string): EntryChange => ({ ...placeOf(key), put: 'delete' });

export async function loadQuestion(
  { store }: Context,
  key: string,
): Promise<{ readonly question: StoredQuestion; readonly contactId: string | null } | null> {
  const [entry] = await store.entries({ scope: 'connection', kind: KIND.question, keys: [key], limit: 1 });
  return entry === undefined ? null : { question: entry.body as unknown as StoredQuestion, contactId: entry.contactId };
}
