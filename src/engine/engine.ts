import type { Finding } from '../core/checks/finding.ts';
import type { Conversation } from '../core/conversation/conversation.ts';
import type { BoundSubmission } from '../core/forms/bound-submission.ts';
import { checkPolicies } from '../core/mapping/policies.ts';
import { itemsOf } from '../core/mapping/rule-schema.ts';
import type { Run } from '../core/runs/run.ts';
import type { DescribedField } from '../core/schema/described.ts';
import type { Schema } from '../core/schema/schema-types.ts';
import { parseSettings } from '../core/settings.ts';
import { CrmSyncError } from '../errors.ts';
import { completeConnector } from '../ports/complete-connector.ts';
import type { Owner } from '../ports/connector.ts';
import type { SyncEvent } from '../ports/observer.ts';
import { systemClock } from '../ports/system-clock.ts';
import { capabilitiesOf, methodMissing } from './capability.ts';
import type { CheckOptions } from './check.ts';
import { parseCompanies } from './companies/parse-companies.ts';
import { withTies } from './companies/tied-connector.ts';
import { Companies } from './companies.ts';
import { Conflicts } from './conflicts.ts';
import { checkCapabilities } from './connector-needs.ts';
import { Contacts } from './contacts.ts';
import type { Context } from './context.ts';
import type { LogActivityOptions } from './conversation/activity-place.ts';
import type { BackfillOptions } from './conversation/backfill-analysis.ts';
import type { HandleOptions } from './conversation/handle-conversation.ts';
import type { ContactCreated, CreateContactOptions } from './create/create-contact.ts';
import type { DescribeFieldsOptions } from './describe-fields.ts';
import { givenSubmission, LOG_FORMS } from './given-submission.ts';
import { loadFlows } from './load-flows.ts';
import type { LookUpOptions } from './look-up/look-up.ts';
import type { Match } from './look-up/match.ts';
import { noConnector } from './no-connector.ts';
import type { EngineOptions, FlowOptions, PullOptions, PushOptions, SyncOptions } from './options.ts';
import { orderedIds } from './ordered-ids.ts';
import { Pending } from './pending-list.ts';
import type { Preview } from './preview.ts';
import { compileSegments } from './segments/segment-parts.ts';
import { SegmentEvents } from './segments/segments.ts';
import { watchedStore } from './segments/watched-store.ts';
import type { Status } from './status.ts';
import type { ConversationResult, Step } from './step.ts';

/** Recorded runs of the connection, newest first. */
export interface Runs {
  list(options?: { readonly limit?: number; readonly after?: string }): Promise<readonly Run[]>;
  get(id: string): Promise<Run | null>;
  /** Removes the records of runs that ended before; answers how many. */
  prune(options: { readonly olderThan: Date }): Promise<number>;
}

export interface PreviewOptions {
  /** At most so many records or contacts. Default 10. */
  readonly limit?: number;
}

export interface PreviewConversation {
  readonly conversation: Conversation;
  readonly contactId?: string;
}

/**
 * Keeps a workspace's contacts in step with one connected CRM account. Making one does no I/O and starts nothing: an
 * engine per job is cheap. Flows may be called from several processes at once.
 *
 * @throws CrmSyncError `missing_option`; `invalid_document`, naming every problem of the settings; and `capability_missing`,
 *   naming everything that they ask of a connector which lacks it, from the constructor.
 */
// biome-ignore lint/suspicious/noExplicitAny: a typed engine must fit an untyped parameter
export class CrmSyncEngine<S extends Schema = any, C extends Schema = any> {
  readonly schema: S;
  readonly contacts: Contacts<S>;
  /** The accounts that contacts belong to. Its calls fail with `companies_not_set_up` where the engine has no `companies`. */
  readonly companies: Companies<C, S>;
  readonly runs: Runs;
  readonly conflicts: Conflicts;
  readonly segments: SegmentEvents;
  readonly pending: Pending;
  readonly #context: Context;

  constructor(options: EngineOptions<S, C>) {
    this.schema = options.schema;
    this.#context = withTies(contextOf(options as unknown as EngineOptions<Schema>));
    this.contacts = new Contacts(this.#context);
    this.companies = new Companies(this.#context);
    this.conflicts = new Conflicts(this.#context);
    this.segments = new SegmentEvents(this.#context);
    this.pending = new Pending(this.#context);
    this.runs = {
      list: async (page) => (await loadFlows()).listRuns(this.#context, page),
      get: async (id) => (await loadFlows()).getRun(this.#context, id),
      prune: async ({ olderThan }) => (await loadFlows()).pruneRuns(this.#context, olderThan),
    };
  }

  /** CRM → contacts: what changed since the last pull; resumable at every page. */
  async pull(options: PullOptions = {}): Promise<Run> {
    const { pull } = await loadFlows();
    return pull(this.#context, options);
  }

  /** Contacts → CRM: only what changed, and only for contacts that have a record unless `createMissing` makes one. */
  async push(options: PushOptions = {}): Promise<Run> {
    const { push } = await loadFlows();
    return push(this.#context, options);
  }

  /** What is pending, then push, then pull. */
  async sync(options: SyncOptions = {}): Promise<Run> {
    const { sync } = await loadFlows();
    return sync(this.#context, options);
  }

  /** Finishes conversations and merges that were left pending. */
  async retryPending(options: FlowOptions = {}): Promise<Run> {
    const { retryPending } = await loadFlows();
    return retryPending(this.#context, options);
  }

  /** Analysis → contact → CRM fields → CRM activity. Idempotent: a redelivered webhook changes nothing. */
  async handleConversation(conversation: Conversation, options: HandleOptions = {}): Promise<ConversationResult> {
    const { handleConversation, parseConversation } = await loadFlows();
    const submission = givenSubmission(options.submission, LOG_FORMS);
    const given = { ...options, ...(submission !== undefined && { submission }), interactive: true };
    return handleConversation(this.#context, parseConversation(conversation), given);
  }

  /** Only the first step: analysis → contact, once per conversation and version of its analysis. */
  async applyAnalysis(conversation: Conversation, { contactId, ...options }: HandleOptions = {}): Promise<Step> {
    const { applyAnalysis, parseConversation, Session } = await loadFlows();
    const session = new Session(this.#context, { ...options, interactive: true });
    return applyAnalysis(this.#context, session, parseConversation(conversation), { contactId });
  }

  /**
   * The first step for conversations of the past, in order of time: a list is sorted, a stream within its `window`. Nothing is sent
   * to the CRM unless `activities` asks for it; the next push sends what changed. May be stopped and called again with the same
   * conversations: what was applied is passed over. A conversation that can't be read is counted as failed, the others go on.
   */
  async backfillAnalysis(conversations: Iterable<Conversation> | AsyncIterable<Conversation>, options: BackfillOptions = {}): Promise<Run> {
    const { backfillAnalysis } = await loadFlows();
    return backfillAnalysis(this.#context, conversations, options);
  }

  /**
   * Only the last step: one activity in the CRM per conversation; a later delivery updates it, and a `submission` ties it to records
   * and fills fields. A pending one is kept by nobody: call again.
   */
  async logActivity(conversation: Conversation, options: LogActivityOptions & FlowOptions = {}): Promise<Step> {
    const { logOne, parseConversation } = await loadFlows();
    const submission = givenSubmission(options.submission, LOG_FORMS);
    return logOne(this.#context, parseConversation(conversation), { ...options, ...(submission !== undefined && { submission }) });
  }

  /**
   * Everybody whom a number belongs to, for a call that is ringing: contacts here and records of the CRM, with what each is tied to
   * where `forms` ask for it. Costs one indexed read here, then one search for each of `objects` and one batched question for what
   * the records are tied to, however many there are; no longer than `timeLimitMs` (default 3,000). Imports and changes nothing. Nobody: an empty
   * list. All matches in a fixed order: contacts that have the number here first; `chooseMatch` picks one by a policy.
   *
   * @param number - Any spelling; one without a country is read with `defaultCountry`.
   * @throws CrmSyncError `capability_missing` where the forms ask for associations and the connector can't tell. What went wrong with
   *   a search, where no match is known; where there are some, `unasked` in each says so.
   */
  async lookUp(number: string, options: LookUpOptions = {}): Promise<readonly Match<S>[]> {
    const { lookUp } = await loadFlows();
    return lookUp(this.#context, number, options);
  }

  /**
   * A form for a new contact (`kind: 'new_contact'`) → contact here, record in the CRM, and the log of the conversation. May be
   * called again, after a crash too: the same `key` is the same contact and the same record, and what is done is not done twice.
   * A type of contact is the CRM object that it becomes a record of.
   *
   * @returns `done`, with the contact and its `record`; `unchanged`: it had been done; `pending`: call again; `skipped`: nothing was
   *   made, and `reason` says why: `submission_refused`, `duplicate`, `erased`, `ambiguous`, or what the CRM says.
   * @throws CrmSyncError `no_mapping`, `capability_missing`, `wrong_form_kind`, `invalid_document`.
   */
  async createContact(submission: BoundSubmission, options: CreateContactOptions = {}): Promise<ContactCreated> {
    const { createContact, parseConversation } = await loadFlows();
    const { conversation, log, ...others } = options;
    const filled = givenSubmission(log, LOG_FORMS);
    return createContact(this.#context, givenSubmission(submission, ['new_contact']) as BoundSubmission, {
      ...others,
      ...(conversation !== undefined && { conversation: parseConversation(conversation) }),
      ...(filled !== undefined && { log: filled }),
    });
  }

  /** What a flow would do, through the same code path; reads are real, nothing is written anywhere. */
  preview(flow: 'push', options?: PreviewOptions & Pick<PushOptions, 'createMissing' | 'all' | 'contactIds'>): Promise<Preview>;
  preview(flow: 'pull' | 'sync', options?: PreviewOptions): Promise<Preview>;
  preview(flow: 'handleConversation' | 'applyAnalysis' | 'logActivity', options: PreviewConversation): Promise<Preview>;
  async preview(
    flow: 'pull' | 'push' | 'sync' | 'handleConversation' | 'applyAnalysis' | 'logActivity',
    options: (PreviewOptions & PushOptions) | PreviewConversation = {},
  ): Promise<Preview> {
    const flows = await loadFlows();
    const { preview } = flows;
    const limit = 'limit' in options ? (options.limit ?? PREVIEW_LIMIT) : PREVIEW_LIMIT;
    if (!('conversation' in options)) {
      const { limit: _, ...given } = options;
      return preview(this.#context, limit, (context) => flows[flow as 'pull' | 'push' | 'sync'](context, given));
    }
    const { contactId } = options;
    const { applyAnalysis, handleConversation, logOne, Session } = flows;
    const conversation = flows.parseConversation(options.conversation);
    const whose = contactId === undefined ? {} : { contactId };
    return preview(this.#context, limit, (context) => {
      if (flow === 'applyAnalysis') return applyAnalysis(context, new Session(context), conversation, whose);
      if (flow === 'logActivity') return logOne(context, conversation, whose);
      return handleConversation(context, conversation, whose);
    });
  }

  /** Queued, running or idle, how far it is, who started it, and what waits. */
  async status(): Promise<Status> {
    const { status } = await loadFlows();
    return status(this.#context);
  }

  /**
   * Whether everything is as the flows need it: credentials, account, permissions, mapped fields, limits. Each finding says
   * what to do and who can. Changes nothing, and costs a few calls; a problem is a finding, never an error.
   *
   * @throws only the reason of `signal`, once it has aborted.
   */
  async check(options: CheckOptions = {}): Promise<readonly Finding[]> {
    const { check } = await loadFlows();
    return check(this.#context, options);
  }

  /**
   * The fields of a CRM object that the connected user can see: what a settings page offers. With `parents`, those of the records that
   * it belongs to as well, for rules that only read.
   */
  async describeFields(object: string, options: DescribeFieldsOptions = {}): Promise<readonly DescribedField[]> {
    const { describeFields } = await loadFlows();
    return describeFields(this.#context, object, options);
  }

  /** Users of the CRM who may own records and activities. @throws CrmSyncError `capability_missing` where the connector can't tell. */
  async owners(): Promise<readonly Owner[]> {
    const { owners } = await loadFlows();
    return owners(this.#context);
  }

  /** No flow makes a call until `resume()`; what is pending is kept. */
  async pause(reason: string): Promise<void> {
    const { changeConnection } = await loadFlows();
    return changeConnection(this.#context, () => ({ status: 'paused', reason }));
  }

  async resume(): Promise<void> {
    const { changeConnection } = await loadFlows();
    return changeConnection(this.#context, () => ({ status: 'active', reason: null }));
  }

  /** Ends the connection: its links are dropped, contacts stay with all their values. `resume()` and a pull bring it back. */
  async disconnect({ reason = 'disconnected' }: { readonly reason?: string } = {}): Promise<void> {
    const { changeConnection, dropLinks, Session } = await loadFlows();
    await changeConnection(this.#context, () => ({ status: 'disconnected', reason, account: null }));
    await dropLinks(this.#context, new Session(this.#context));
  }

  /** For another CRM account under the same connection: drops the old links and matches every record anew. */
  async relink(options: FlowOptions = {}): Promise<Run> {
    const { changeConnection, dropLinks, pull, Session } = await loadFlows();
    await dropLinks(this.#context, new Session(this.#context));
    await changeConnection(this.#context, () => ({ status: 'active', reason: null, account: null }));
    return pull(this.#context, { ...options, full: true });
  }
}

const PREVIEW_LIMIT = 10;

function contextOf(options: EngineOptions<Schema>): Context {
  const {
    workspace,
    connection,
    schema,
    store,
    connector = noConnector,
    merger,
    observer,
    formOptions: __,
    transforms,
    policies,
    clock,
    ids,
    leaseMs,
    erasureKey: _,
    companies: given,
    ...document
  } = options;
  for (const [name, value] of Object.entries({ workspace, connection }))
    if (typeof value !== 'string' || value === '') throw missing(name, 'a non-empty text that stays the same');
  if (schema?.fields === undefined || schema.entity === 'company')
    throw missing('schema', 'what `defineContactSchema` or `parseContactSchema` answers');
  if (typeof store?.bind !== 'function') throw missing('store', 'such as `sqliteStore({ file })` or `memoryStore()`');
  const settings = parseSettings(schema, document, { companies: itemsOf(given?.mappings) });
  const { mappings = [], analysis = [] } = settings;
  const companies = given && parseCompanies(given, { schema, mappings, analysis });
  checkPolicies([...mappings, ...(companies?.mappings ?? [])], policies);
  checkCapabilities(connector, { ...options, mappings }, companies?.mappings);
  return withSegments({
    workspace,
    connection,
    schema,
    options: { ...options, ...settings, mappings, analysis, ...(companies !== undefined && { companies }) },
    mappings,
    store: store.bind({ workspace, connection }),
    connector: completeConnector(connector, (method) => methodMissing(connector, method)),
    can: capabilitiesOf(connector),
    merger: merger ?? null,
    clock: clock ?? systemClock,
    ids: ids ?? orderedIds(clock ?? systemClock, () => crypto.randomUUID()),
    interactive: false,
    notify(event) {
      // An observer watches; one that fails changes nothing in a run, at once or later.
      try {
        const told: unknown = observer?.notify({ ...event, workspace, connection } as SyncEvent);
        if (told instanceof Promise) told.catch(() => undefined);
      } catch {}
    },
  });
}

/** What changes a contact tells its segments in the same commit; an engine without segments has its store as it is. */
function withSegments(context: Context): Context {
  const segments = compileSegments(context);
  if (segments.all.length === 0) return context;
  const store = watchedStore(context, segments, async (ids) => {
    const { compareContacts, Session } = await loadFlows();
    await compareContacts(context, new Session(context), ids, { segments });
  });
  return { ...context, store };
}

const missing = (name: string, what: string): CrmSyncError =>
  new CrmSyncError(`\`${name}\` is missing.`, {
    code: 'missing_option',
    category: 'configuration',
    remedy: `Give the engine a \`${name}\`: ${what}.`,
  });
