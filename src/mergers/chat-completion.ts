import type { MergeAnswer, MergeItem, MergeUsage } from '../ports/merger.ts';
import { type BadAnswer, readAnswerText, refusedAnswer } from './read-answer.ts';

/** What is read of a completion; endpoints leave members out, and add some. */
interface Completion {
  readonly choices?: readonly {
    readonly finish_reason?: unknown;
    readonly message?: { readonly content?: unknown; readonly refusal?: unknown } | null;
  }[];
  readonly usage?: { readonly prompt_tokens?: unknown; readonly completion_tokens?: unknown } | null;
}

const UNCLEAN: Readonly<Record<string, BadAnswer>> = { length: 'merge_cut_off', content_filter: 'merge_refused' };

/**
 * The answer in a chat completion. Only a clean end counts: what was cut or filtered may parse, and still say less than the
 * texts did. It is paid all the same, so that its usage is told.
 *
 * @param json - The body as parsed; undefined where it was none.
 */
export function readCompletion(items: readonly MergeItem[], json: unknown): MergeAnswer {
  const completion = isObject(json) ? (json as Completion) : {};
  const usage = usageOf(completion);
  return { fields: fieldsOf(items, completion), ...(usage !== undefined && { usage }) };
}

function fieldsOf(items: readonly MergeItem[], { choices }: Completion): MergeAnswer['fields'] {
  const choice: unknown = Array.isArray(choices) ? choices[0] : undefined;
  if (!isObject(choice)) return refusedAnswer(items, 'merge_bad_answer');
  const { finish_reason: reason, message } = choice as NonNullable<Completion['choices']>[number];
  if (typeof message?.refusal === 'string' && message.refusal !== '') return refusedAnswer(items, 'merge_refused');
  if (reason !== 'stop') return refusedAnswer(items, (typeof reason === 'string' && UNCLEAN[reason]) || 'merge_unfinished');
  return typeof message?.content === 'string' ? readAnswerText(items, message.content) : refusedAnswer(items, 'merge_bad_answer');
}

function usageOf({ usage }: Completion): MergeUsage | undefined {
  const { prompt_tokens: inputTokens, completion_tokens: outputTokens } = usage ?? {};
  return isCount(inputTokens) && isCount(outputTokens) ? { inputTokens, outputTokens } : undefined;
}

const isCount = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value) && value >= 0;
const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;
