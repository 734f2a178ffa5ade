import type { LanguageModel } from 'ai';
import { isCrmSyncError } from '../errors.ts';
import { retryAfterMs } from '../http/retry-policy.ts';
import { untilAborted } from '../http/single-flight.ts';
import type { MergeAnswer, MergeItem, Merger, MergeUsage } from '../ports/merger.ts';
import { mergeError } from './model-failure.ts';
import { mergePrompt } from './prompt.ts';
import { type BadAnswer, readAnswer, refusedAnswer } from './read-answer.ts';

export interface AiMergerOptions {
  /** A model of the AI SDK, such as `openai('gpt-5-mini')`. A name is not enough: it would go to a hosted gateway. */
  readonly model: Exclude<LanguageModel, string>;
  readonly maxOutputTokens?: number;
  /** Absent: the model's own. Models that reason take none. */
  readonly temperature?: number;
  readonly headers?: Readonly<Record<string, string>>;
}

const UNCLEAN: Readonly<Record<string, BadAnswer>> = { length: 'merge_cut_off', 'content-filter': 'merge_refused' };

/**
 * A merger over any language model of the Vercel AI SDK (`ai`, version 7). One call for all fields of a conversation, and
 * no retry of its own: whoever asks decides when, for each one is paid.
 */
export function aiMerger({ model, maxOutputTokens, temperature, headers }: AiMergerOptions): Merger {
  return {
    specVersion: 1,
    id: `ai:${model.provider}:${model.modelId}`,
    async merge(request, { signal }) {
      signal.throwIfAborted();
      const { items } = request;
      if (items.length === 0) return { fields: {} };
      const sdk = await import('ai'); // at the first merge: it is large
      const { instructions, data, schema } = mergePrompt(request);
      try {
        const ask = () =>
          sdk.generateText({
            model,
            instructions,
            prompt: data,
            output: sdk.Output.object({ schema: sdk.jsonSchema<unknown>({ ...schema }), name: 'merged_texts' }),
            maxRetries: 0,
            abortSignal: signal,
            ...(maxOutputTokens !== undefined && { maxOutputTokens }),
            ...(temperature !== undefined && { temperature }),
            ...(headers !== undefined && { headers }),
          });
        const result = await untilAborted(ask, signal); // in time, whatever a model makes of the signal
        // An answer that was cut or filtered may parse, and still say less than the texts did.
        const { finishReason } = result;
        const fields = finishReason === 'stop' ? readAnswer(items, result.output) : refusedAnswer(items, reasonOf(finishReason));
        return withUsage(fields, result.usage);
      } catch (error) {
        signal.throwIfAborted();
        return failed(sdk, items, error);
      }
    },
  };
}

const reasonOf = (finishReason: string | undefined): BadAnswer => UNCLEAN[finishReason ?? ''] ?? 'merge_unfinished';

interface Tokens {
  readonly inputTokens: number | undefined;
  readonly outputTokens: number | undefined;
}

function withUsage(fields: MergeAnswer['fields'], { inputTokens, outputTokens }: Tokens): MergeAnswer {
  const usage: MergeUsage | null = inputTokens === undefined || outputTokens === undefined ? null : { inputTokens, outputTokens };
  return { fields, ...(usage !== null && { usage }) };
}

/** An answer that is no JSON was paid like any other; a call that failed was not. */
function failed(sdk: typeof import('ai'), items: readonly MergeItem[], error: unknown): MergeAnswer {
  if (isCrmSyncError(error)) throw error;
  if (sdk.NoObjectGeneratedError.isInstance(error)) {
    const code = error.finishReason === 'stop' ? 'merge_bad_answer' : reasonOf(error.finishReason);
    return withUsage(refusedAnswer(items, code), error.usage ?? { inputTokens: undefined, outputTokens: undefined });
  }
  if (sdk.NoOutputGeneratedError.isInstance(error)) return { fields: refusedAnswer(items, 'merge_unfinished') };
  if (!sdk.APICallError.isInstance(error)) throw mergeError({ status: null, code: null, retryAfterMs: null });
  throw mergeError({
    status: error.statusCode ?? null,
    code: codeOf(error.data),
    retryAfterMs: retryAfterMs(new Headers(error.responseHeaders ?? {}), Number.NaN),
  });
}

function codeOf(data: unknown): string | null {
  const error = (data as { readonly error?: { readonly code?: unknown; readonly type?: unknown } } | undefined)?.error;
  for (const code of [error?.code, error?.type]) if (typeof code === 'string' && code !== '') return code;
  return null;
}
