/** How much the merger may be asked, for how long, and what it costs. One question has all texts of a conversation. */
export interface MergingSettings {
  /** Most questions of one run, or of one conversation that is handled. Default: any number. */
  readonly perRun?: number;
  /** Most questions of this connection in 24 hours, over all processes. Default: any number. */
  readonly perDay?: number;
  /** Longest time of one question, in ms of real time. Default 60,000. */
  readonly timeLimitMs?: number;
  /** In whatever currency: what is told of a question's cost. */
  readonly price?: MergePrice;
}

export interface MergePrice {
  readonly perQuestion?: number;
  readonly perMillionInputTokens?: number;
  readonly perMillionOutputTokens?: number;
}

/** What the questions to the merger came to. */
export interface MergingTotals {
  readonly questions: number;
  /** As far as the merger told. */
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** By the price in the settings; null where none is set. */
  readonly cost: number | null;
}
export const NO_MERGING: MergingTotals = { questions: 0, inputTokens: 0, outputTokens: 0, cost: null };

interface Tokens {
  readonly inputTokens: number;
  readonly outputTokens: number;
}

/**
 * What a question cost. Null: no price is known, or it is one of tokens and the merger did not tell how many.
 *
 * @example
 * costOfMerge({ perMillionInputTokens: 2, perMillionOutputTokens: 8 }, { inputTokens: 500, outputTokens: 250 }) //=> 0.003
 * costOfMerge({ perQuestion: 0.01 }, undefined) //=> 0.01
 */
export function costOfMerge(price: MergePrice | undefined, usage: Tokens | undefined): number | null {
  if (price === undefined) return null;
  const { perQuestion = 0, perMillionInputTokens = 0, perMillionOutputTokens = 0 } = price;
  if (perMillionInputTokens === 0 && perMillionOutputTokens === 0) return perQuestion;
  if (usage === undefined) return null;
  return perQuestion + (usage.inputTokens * perMillionInputTokens + usage.outputTokens * perMillionOutputTokens) / 1_000_000;
}

/** The totals with one more question. */
export function addMerge(totals: MergingTotals, { usage, cost }: { usage: Tokens | undefined; cost: number | null }): MergingTotals {
  return {
    questions: totals.questions + 1,
    inputTokens: totals.inputTokens + (usage?.inputTokens ?? 0),
    outputTokens: totals.outputTokens + (usage?.outputTokens ?? 0),
    cost: cost === null ? totals.cost : (totals.cost ?? 0) + cost,
  };
}
