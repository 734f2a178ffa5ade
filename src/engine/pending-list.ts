import type { AutomaticQuestion } from '../core/forms/bind-automatic.ts';
import { resolveLogForm } from '../core/forms/resolve-log-form.ts';
import type { ResolvedForm } from '../core/forms/resolved-form.ts';
import type { Run } from '../core/runs/run.ts';
import type { Entry } from '../ports/store.ts';
import type { Context } from './context.ts';
import type { KeptConversation } from './conversation/kept-conversation.ts';
import type { QueuedMerge } from './conversation/merges.ts';
import type { StoredQuestion } from './conversation/question-entry.ts';
import { KIND } from './kinds.ts';
import { loadFlows } from './load-flows.ts';
import type { FlowOptions } from './options.ts';
import type { Step } from './step.ts';

const PENDING_KINDS = ['question', 'conversation', 'merge'] as const;
export type PendingKind = (typeof PENDING_KINDS)[number];

interface PendingBase {
  /** What `answer` takes, and `after`. */
  readonly id: string;
  readonly contactId: string | null;
  /** Key of the conversation. */
  readonly conversation: string;
}

/** What is not finished. */
export type PendingItem =
  /** An activity that was logged by itself, and what its form left open. */
  | (PendingBase & {
      readonly kind: 'question';
      /** The record that it was logged on. */
      readonly record: { readonly object: string; readonly id: string } | null;
      /** ISO 8601 UTC. */
      readonly askedAt: string;
      readonly questions: readonly AutomaticQuestion[];
      /** The form as a page shows it, with what was decided already. */
      readonly form: ResolvedForm;
    })
  /** A conversation with a step that is not settled. `dueAt`: when it is tried again, ISO 8601 UTC. */
  | (PendingBase & { readonly kind: 'conversation'; readonly attempts: number; readonly dueAt: string | null })
  /** Texts that wait for the merger, by contact field. */
  | (PendingBase & {
      readonly kind: 'merge';
      readonly fields: readonly string[];
      readonly attempts: number;
      readonly dueAt: string | null;
    });

export interface PendingPage {
  /** Default: all. */
  readonly kinds?: readonly PendingKind[];
  /** The last id of the page before. */
  readonly after?: string;
  /** Default 100. */
  readonly limit?: number;
}

/** What is left to do: by itself, or by somebody who knows. */
export class Pending {
  readonly #context: Context;

  constructor(context: Context) {
    this.#context = context;
  }

  /** Questions first, then conversations, then texts to merge; each by its key, a page at a time. */
  async list({ kinds = PENDING_KINDS, after, limit = 100 }: PendingPage = {}): Promise<readonly PendingItem[]> {
    const items: PendingItem[] = [];
    const colon = after?.indexOf(':') ?? -1;
    const last = after === undefined ? null : { kind: after.slice(0, colon), key: after.slice(colon + 1) };
    const position = PENDING_KINDS.indexOf(last?.kind as PendingKind);
    for (const [index, kind] of PENDING_KINDS.entries()) {
      if (!kinds.includes(kind) || index < position || items.length >= limit) continue;
      const from = kind === last?.kind ? { after: last.key } : {};
      const query = { scope: SCOPES[kind], kind: KIND[kind], limit: limit - items.length, ...from } as const;
      items.push(...(await this.#context.store.entries(query)).map(ITEMS[kind]));
    }
    return items;
  }

  /** Finishes what can be finished without anybody: conversations and merges that are due. The same as `engine.retryPending()`. */
  async retry(options: FlowOptions = {}): Promise<Run> {
    const { retryPending } = await loadFlows();
    return retryPending(this.#context, options);
  }

  /**
   * Answers what the form of an activity left open, by the keys of its fields; null is none. Carried out as a submission of a
   * person: ties and fields of the activity. Answering once more changes nothing.
   *
   * @returns `done`; `unchanged`: it was answered; `pending`: call again; `skipped` with `submission_refused`, and `refused` names
   *   what is wrong, with `activity_gone`, or with `question_not_found`.
   */
  async answer(
    id: string,
    answers: Readonly<Record<string, unknown>>,
    options: Pick<FlowOptions, 'timeLimitMs' | 'signal'> = {},
  ): Promise<Step> {
    const { answerQuestion } = await loadFlows();
    return answerQuestion(this.#context, id.startsWith(QUESTION) ? id.slice(QUESTION.length) : id, answers, options);
  }
}

const QUESTION = 'question:';
const SCOPES = { question: 'connection', conversation: 'connection', merge: 'workspace' } as const;

const isoOf = (at: number | null): string | null => (at === null ? null : new Date(at).toISOString());

const ITEMS: Readonly<Record<PendingKind, (entry: Entry) => PendingItem>> = {
  question({ key, contactId, body }) {
    const { conversation, askedAt, form, context, match, host, stored, questions } = body as unknown as StoredQuestion;
    const record = match.record ? { object: match.record.object, id: match.record.recordId } : null;
    const shown = resolveLogForm(form, { match, ...host, context, stored });
    return { kind: 'question', id: `${QUESTION}${key}`, contactId, conversation, record, askedAt, questions, form: shown };
  },
  conversation({ key, contactId, body, dueAt }) {
    const { attempts } = body as unknown as KeptConversation;
    return { kind: 'conversation', id: `conversation:${key}`, contactId, conversation: key, attempts, dueAt: isoOf(dueAt) };
  },
  merge({ key, contactId, body, dueAt }) {
    const { conversation, items, attempts } = body as unknown as QueuedMerge;
    const fields = items.map(({ field }) => field);
    return { kind: 'merge', id: `merge:${key}`, contactId, conversation, fields, attempts, dueAt: isoOf(dueAt) };
  },
};
