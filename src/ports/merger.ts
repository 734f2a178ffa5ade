/** One field whose existing and incoming text become one text, under the field's description. */
export interface MergeItem {
  readonly field: string;
  readonly label?: string;
  /** The main instruction of a merge by language model. */
  readonly description?: string;
  readonly existing: string;
  readonly incoming: string;
  /** Most characters of the result: what the field holds, and every CRM field that it goes to as far as that is known. */
  readonly maxLength?: number;
}

export interface MergeRequest {
  readonly items: readonly MergeItem[];
  /** ISO 8601 UTC: when the conversation took place. */
  readonly at: string;
  /** How often this was asked before without an answer that could be used; absent: never. */
  readonly attempt?: number;
}

export interface MergeUsage {
  readonly inputTokens: number;
  readonly outputTokens: number;
}

export type Merged = { readonly ok: true; readonly value: string } | { readonly ok: false; readonly code: string; readonly remedy: string };

export interface MergeAnswer {
  /** By field; one for each item. */
  readonly fields: Readonly<Record<string, Merged>>;
  /** What the question cost, also where its answer was refused. Absent: not told. */
  readonly usage?: MergeUsage;
}

/**
 * Combines texts. Called once per conversation with all its merge fields, never between a load and a commit (R10).
 * Same items, same meaning: the answer is used only while the existing text is still what was asked with.
 *
 * @throws CrmSyncError of category `merge` where there was no answer at all.
 */
export interface Merger {
  readonly specVersion: 1;
  /** Tells mergers apart whose answers differ, such as two models: an answer that is kept is used for the same one only. */
  readonly id?: string;
  merge(request: MergeRequest, options: { readonly signal: AbortSignal }): Promise<MergeAnswer>;
}
