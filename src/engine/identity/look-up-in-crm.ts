import type { Mapping } from '../../core/mapping/mapping-types.ts';
import type { RecordPlan } from '../../core/sync/plan-types.ts';
import type { Row } from '../../ports/store.ts';
import { requireCapability } from '../capability.ts';
import { compile, compiled } from '../compiled.ts';
import type { Context } from '../context.ts';
import type { FlowOptions } from '../options.ts';
import { Permit } from '../permit.ts';
import { applyPage, type PageInput } from '../pull/page.ts';
import type { RunRecorder } from '../run-recorder.ts';
import { recordedAside } from '../runs.ts';
import { isStepFailure } from '../step.ts';
import { holderOf } from './record-ref.ts';

/** What the CRM knew of a number. */
export interface CrmLookUp {
  /** Every record that has the number. `contactId` null: it was not imported, and `reason` says why (`ambiguous`, `filtered`, …). */
  readonly records: readonly {
    readonly object: string;
    readonly recordId: string;
    readonly contactId: string | null;
    readonly reason: string | null;
  }[];
  /** Why it could not be asked, or not to the end; null: it was. */
  readonly problem: { readonly code: string; readonly remedy: string } | null;
  /** HTTP requests to the CRM. */
  readonly apiCalls: number;
}

export interface LookedUp {
  readonly crm: CrmLookUp;
  /** Contacts that the records are of. */
  readonly rows: readonly Row[];
}

/** A phone is ringing: whoever waits longer than that has no use for the answer. */
const TIME_LIMIT_MS = 3_000;
/** So many records of one number are no person: a switchboard, or a placeholder. None of them is imported. */
const RECORDS_MAX = 10;

const TOO_LATE = { code: 'out_of_time', remedy: 'Give `timeLimitMs` more time, or pull: the next look-up finds the contact here.' };
const TOO_MANY = {
  code: 'too_many_records',
  remedy: 'Correct the number in the CRM: so many records share it that they are no one person.',
};

/**
 * Asks the CRM who has a number and imports them through the mapping, as a pull would: one search per mapped object. It waits for no
 * other run. What goes wrong at the CRM is told, not thrown: the call goes on without it.
 *
 * @param number - E.164.
 */
export async function lookUpInCrm(
  context: Context,
  number: string,
  { timeLimitMs = TIME_LIMIT_MS, signal }: Pick<FlowOptions, 'timeLimitMs' | 'signal'>,
): Promise<LookedUp> {
  const search = new Search(context, number);
  const inTime = AbortSignal.timeout(timeLimitMs); // real time, as those of requests are
  const options = { trigger: 'look_up', interactive: true, signal: signal === undefined ? inTime : AbortSignal.any([signal, inTime]) };
  try {
    requireCapability(context, 'find by phone', 'contacts.byPhone()');
    const run = await recordedAside(context, 'pull', options, (recorder) => search.run(recorder));
    return await search.result(run.status === 'paused' ? TOO_LATE : null);
  } catch (error) {
    if (!isStepFailure(error)) throw error;
    return search.result({ code: error.code, remedy: error.remedy });
  }
}

const mappingsByNumber = (context: Context): readonly Mapping[] =>
  context.mappings.filter((mapping) => compile(context, mapping).matchKeys.some(({ field }) => field === 'phone_number'));

/** Objects of the mappings that find contacts by their number. */
export const objectsFoundByNumber = (context: Context): readonly string[] => mappingsByNumber(context).map(({ crmObject }) => crmObject);

interface Found {
  readonly object: string;
  readonly recordId: string;
  readonly reason: string | null;
}

class Search {
  readonly #context: Context;
  readonly #number: string;
  #found: Found[] = [];
  #tooMany = false;
  #apiCalls = () => 0;

  constructor(context: Context, number: string) {
    this.#context = context;
    this.#number = number;
  }

  async run(run: RunRecorder): Promise<'done' | 'paused'> {
    const { session } = run;
    this.#apiCalls = () => session.apiCalls;
    const permit = await Permit.ask(this.#context, session, null);
    await permit.checkAccount();
    for (const mapping of mappingsByNumber(this.#context)) {
      session.signal.throwIfAborted();
      await this.#searchObject(run, permit, mapping);
    }
    return 'done';
  }

  async result(problem: CrmLookUp['problem']): Promise<LookedUp> {
    const rows = new Map<string, Row>();
    const records: CrmLookUp['records'][number][] = [];
    for (const found of this.#found) {
      const holder = await holderOf(this.#context, found);
      if (holder !== undefined && holder.removed !== true) rows.set(holder.id, holder);
      records.push({ ...found, contactId: holder?.id ?? null, reason: holder === undefined ? found.reason : null });
    }
    const told = problem ?? (this.#tooMany ? TOO_MANY : null);
    return { crm: { records, problem: told, apiCalls: this.#apiCalls() }, rows: [...rows.values()] };
  }

  async #import(run: RunRecorder, page: Pick<PageInput, 'permit' | 'mapping' | 'records' | 'readAt'>): Promise<readonly RecordPlan[]> {
    if (page.records.length === 0) return [];
    const { plan } = await applyPage(this.#context, run, { ...page, fresh: true, flow: 'pull', entries: () => [] });
    return plan.records;
  }

  async #searchObject(run: RunRecorder, permit: Permit, mapping: Mapping): Promise<void> {
    const { session } = run;
    const { crmObject: object } = mapping;
    const ready = await compiled(this.#context, session, mapping);
    const requestedAt = this.#context.clock.now();
    const query = { object, by: '$phone', values: [this.#number], fields: ready.crmFields } as const;
    const { found } = await this.#context.connector.find(query, session.call);
    const records = [...new Map(found.map(({ record }) => [record.id, record])).values()].filter(({ state }) => state === 'present');
    const isTooMany = records.length > RECORDS_MAX;
    this.#tooMany ||= isTooMany;
    const readAt = session.inStoreTime(requestedAt);
    const plans = isTooMany ? [] : await this.#import(run, { permit, mapping: ready, records, readAt });
    const reasonOf = (id: string): string | null => {
      const plan = plans.find(({ recordId }) => recordId === id);
      return isTooMany ? TOO_MANY.code : plan?.action === 'skip' ? plan.reason : null;
    };
    this.#found.push(...records.map(({ id }) => ({ object, recordId: id, reason: reasonOf(id) })));
  }
}
