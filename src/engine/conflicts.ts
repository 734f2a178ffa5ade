import { CrmSyncError } from '../errors.ts';
import type { ConflictRecord } from './conflict-entry.ts';
import type { Context } from './context.ts';
import type { ConflictAnswer } from './decide-conflict.ts';
import { KIND } from './kinds.ts';
import { loadFlows } from './load-flows.ts';

export interface ListConflictsOptions {
  /** Only those that wait for a decision, or only those that don't. Default: all. */
  readonly open?: boolean;
  readonly contactId?: string;
  /** Id of the last one of the page before. */
  readonly after?: string;
  /** Default 50. */
  readonly limit?: number;
}

/** Fields that both sides changed: every one is kept, whoever won, and those that wait are decided here. */
export class Conflicts {
  readonly #context: Context;

  constructor(context: Context) {
    this.#context = context;
  }

  /** Newest first. Of one that is open, `local` is what the contact has now. */
  async list({ open, contactId, after, limit = 50 }: ListConflictsOptions = {}): Promise<readonly ConflictRecord[]> {
    const found: ConflictRecord[] = [];
    // Bound: every page ends further back, and the last one is not full.
    for (let last = after; found.length < limit; ) {
      const page = await this.#context.store.entries({
        scope: 'connection',
        kind: KIND.conflict,
        order: 'descending',
        limit,
        ...(open === true && { dueBy: Number.MAX_SAFE_INTEGER }),
        ...(contactId !== undefined && { contactId }),
        ...(last !== undefined && { after: last }),
      });
      const records = page.map(({ body }) => body as unknown as ConflictRecord);
      found.push(...records.filter(({ closedAt }) => open === undefined || (closedAt === null) === open));
      last = page.at(-1)?.key;
      if (page.length < limit || last === undefined) break;
    }
    return this.#asTheyAre(found.slice(0, limit));
  }

  /** Null: there is none, or it went with its contact. */
  async get(id: string): Promise<ConflictRecord | null> {
    const record = await (await loadFlows()).loadConflict(this.#context, id);
    return record === null ? null : ((await this.#asTheyAre([record]))[0] ?? null);
  }

  /**
   * Decides an open conflict: the contact gets the value at once, the CRM with the next push. Deciding the same again changes
   * nothing. Which values are meant is read when it is decided: `local` is what the contact has then.
   *
   * @throws CrmSyncError `conflict_not_found`; `conflict_closed` where it is over already, with another outcome;
   *   `invalid_document` for a value that the field can't hold; `match_key_taken`.
   */
  async resolve(id: string, answer: ConflictAnswer, { by }: { readonly by: string }): Promise<ConflictRecord> {
    const { decideConflict, Session } = await loadFlows();
    const decision = { id, answer: this.#checked(answer), by, flow: 'manual' } as const;
    return (await decideConflict(this.#context, new Session(this.#context), decision)) as ConflictRecord;
  }

  /** Removes the records of conflicts that were over before; answers how many. */
  async prune({ olderThan }: { readonly olderThan: Date }): Promise<number> {
    const { pruneConflicts } = await loadFlows();
    return pruneConflicts(this.#context, olderThan);
  }

  #checked(answer: ConflictAnswer): ConflictAnswer {
    if (answer === 'crm' || answer === 'local' || (typeof answer === 'object' && answer !== null && 'value' in answer)) return answer;
    throw new CrmSyncError('A conflict is decided by `crm`, `local`, or `{ value }`.', {
      code: 'invalid_answer',
      category: 'validation',
      remedy: "Give 'crm', 'local', or an object with the `value` that both sides are to have.",
    });
  }

  async #asTheyAre(records: readonly ConflictRecord[]): Promise<readonly ConflictRecord[]> {
    const ids = [...new Set(records.filter(({ closedAt }) => closedAt === null).map(({ contactId }) => contactId))];
    if (ids.length === 0) return records;
    const rows = new Map((await this.#context.store.load({ ids })).map((row) => [row.id, row]));
    return records.map((record) => {
      const row = record.closedAt === null ? rows.get(record.contactId) : undefined;
      return row === undefined || row.removed === true ? record : { ...record, local: row.fields[record.field] ?? null };
    });
  }
}
