import type { Replaceable } from '../../core/analysis/given-results.ts';
import type { Conversation } from '../../core/conversation/conversation.ts';
import type { Run } from '../../core/runs/run.ts';
import { present } from '../../core/values/present.ts';
import { commitOnce } from '../commit.ts';
import type { Context } from '../context.ts';
import { KIND } from '../kinds.ts';
import type { Lease } from '../lease.ts';
import type { FlowOptions } from '../options.ts';
import { Permit } from '../permit.ts';
import type { RunRecorder } from '../run-recorder.ts';
import { recorded } from '../runs.ts';
import { isStepFailure, type Step } from '../step.ts';
import { applyAnalysis, versionKey } from './apply-analysis.ts';
import { handleConversation } from './handle-conversation.ts';
import { type InOrder, inTimeOrder } from './in-time-order.ts';

export interface BackfillOptions extends FlowOptions {
  /** Whose conversation it is, where the host knows; undefined: it is found by its number. */
  readonly contactOf?: (conversation: Conversation) => string | undefined;
  /**
   * What an `overwrite` rule may replace. `results` (default): blank fields and what an earlier conversation gave, so that nothing
   * old takes the place of what the CRM or a person says today. `anything`: all but what a later conversation gave.
   */
  readonly replace?: Replaceable;
  /** True: each conversation is also pushed and logged in the CRM, as `handleConversation` does. Default false: nothing is sent to the CRM. */
  readonly activities?: boolean;
  /** How many conversations of a stream are held to bring them into order. Default 1,000. A list is sorted as a whole. */
  readonly window?: number;
}

type Conversations = Iterable<Conversation> | AsyncIterable<Conversation>;

/** Conversations of the past → contacts, in order of time; each version once, so that the same call again goes on where it stopped. */
export function backfillAnalysis(context: Context, conversations: Conversations, options: BackfillOptions): Promise<Run> {
  return recorded(context, 'backfill', options, (run, lease) => new Backfill(context, run, lease, options).run(conversations));
}

/** Conversations whose markers are read at once, and between which the run is stored. */
const PAGE = 100;

class Backfill {
  readonly #context: Context;
  readonly #run: RunRecorder;
  readonly #lease: Lease;
  readonly #options: BackfillOptions;

  constructor(context: Context, run: RunRecorder, lease: Lease, options: BackfillOptions) {
    this.#context = context;
    this.#run = run;
    this.#lease = lease;
    this.#options = options;
  }

  async run(conversations: Conversations): Promise<'done' | 'paused'> {
    // Where the connection may not be called, nobody waits for thousands of steps that would all stay pending.
    if (this.#options.activities === true) await Permit.ask(this.#context, this.#run.session, this.#lease);
    let page: InOrder[] = [];
    for await (const next of inTimeOrder(conversations, this.#options.window)) {
      if (this.#run.session.isOver()) return 'paused'; // the source may be slow itself
      page.push(next);
      if (page.length < PAGE) continue;
      if ((await this.#page(page)) === 'paused') return 'paused';
      page = [];
    }
    return page.length === 0 ? 'done' : this.#page(page);
  }

  async #page(page: readonly InOrder[]): Promise<'done' | 'paused'> {
    const known = await this.#appliedAmong(page);
    let ended: 'done' | 'paused' = 'done';
    for (const next of page) {
      if (this.#run.session.isOver()) {
        ended = 'paused';
        break;
      }
      if ('issues' in next) this.#unreadable(next);
      else if (known.has(versionKey(this.#context, next.conversation))) this.#run.count('unchanged');
      else {
        await this.#lease.keep();
        await this.#run.session.step(() => this.#one(next.conversation));
        if (next.isLate) this.#run.note(LATE);
      }
      this.#run.assertHealthy();
    }
    this.#run.progress('conversations');
    const entries = [this.#run.entry(), ...this.#lease.fences()];
    if ((await commitOnce(this.#context, this.#run.session, { rows: [], entries })).status === 'moved') await this.#lease.renew();
    return ended;
  }

  /** Those that were applied before, so that going on costs a read per page. What is also logged is looked at one by one. */
  async #appliedAmong(page: readonly InOrder[]): Promise<ReadonlySet<string>> {
    if (this.#options.activities === true) return new Set();
    const keys = page.flatMap((next) =>
      'issues' in next || !next.conversation.final ? [] : [versionKey(this.#context, next.conversation)],
    );
    if (keys.length === 0) return new Set();
    const applied = await this.#context.store.entries({ scope: 'workspace', kind: KIND.applied, keys, limit: keys.length });
    return new Set(applied.map(({ key }) => key));
  }

  async #one(conversation: Conversation): Promise<void> {
    try {
      this.#count(await this.#apply(conversation));
    } catch (error) {
      if (!isStepFailure(error)) throw error;
      this.#run.count('failed');
      this.#run.failed({ code: error.code, message: 'The conversation could not be applied.', remedy: error.remedy });
    }
  }

  async #apply(conversation: Conversation): Promise<Step> {
    const { contactOf, replace = 'results', activities = false } = this.#options;
    const contactId = contactOf?.(conversation);
    const { session } = this.#run;
    if (!activities) return applyAnalysis(this.#context, session, conversation, { contactId, replace });
    const { signal, timeLeftMs } = session;
    const limits = present<{ contactId?: string; timeLimitMs?: number }>({ contactId, timeLimitMs: timeLeftMs ?? undefined });
    const { steps } = await handleConversation(this.#context, conversation, { signal, replace, merging: session.merging, ...limits });
    session.apiCalls += Object.values(steps).reduce((sum, { apiCalls }) => sum + apiCalls, 0);
    const { analysis, ...others } = steps;
    const pending = Object.values(others).find(({ status }) => status === 'pending');
    if (pending !== undefined) this.#told(pending, 'A step of the conversation is left for `retryPending()`.');
    return analysis;
  }

  #count(step: Step): void {
    const { status, reason, changes, refused } = step;
    for (const { field, code, message, remedy } of refused) this.#run.error({ ...this.#whose(step), field, code, message, remedy });
    if (changes.some((change) => change.reason === 'created')) this.#run.count('created');
    else if (changes.length > 0) this.#run.count('updated');
    else if (status === 'unchanged') this.#run.count('unchanged');
    else this.#run.skip(status === 'pending' ? 'still_pending' : (reason ?? status));
    if (status === 'pending') this.#told(step, 'A text waits for the merger.');
  }

  #told(step: Step, message: string): void {
    this.#run.error({ ...this.#whose(step), code: step.reason ?? 'pending', message, remedy: step.remedy ?? '' });
  }

  #whose = ({ contactId }: Step) => (contactId === null ? {} : { contactId });

  #unreadable({ issues }: Extract<InOrder, { readonly issues: unknown }>): void {
    const places = issues.slice(0, PLACES_MAX).map(({ path, code }) => `${String(path[0] ?? '')} ${code}`.trim());
    this.#run.count('failed');
    this.#run.failed({
      code: 'invalid_document',
      message: `A conversation can't be read: ${places.join(', ')}.`,
      remedy: 'Build it as the type `Conversation` says, or read it with `parseConversation` before.',
    });
  }
}

const PLACES_MAX = 5;
const LATE = {
  code: 'out_of_order',
  message:
    'Some conversations came after younger ones, beyond the window: an overwrite left those alone, merged texts are in the order they came.',
} as const;
