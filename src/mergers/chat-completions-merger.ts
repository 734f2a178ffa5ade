import type { Json } from '../core/values/value.ts';
import { CrmSyncError } from '../errors.ts';
import { bearer, jsonOf } from '../http/answers.ts';
import { retryAfterMs } from '../http/retry-policy.ts';
import { secureOrigin } from '../http/secure-origin.ts';
import { type HttpAnswer, sendHttp } from '../http/send.ts';
import type { Clock } from '../ports/clock.ts';
import type { MergeAnswer, MergeItem, Merger } from '../ports/merger.ts';
import { systemClock } from '../ports/system-clock.ts';
import { readCompletion } from './chat-completion.ts';
import { mergeError, timedOut } from './model-failure.ts';
import { type MergePrompt, mergePrompt } from './prompt.ts';

export interface ChatCompletionsMergerOptions {
  /** What `/chat/completions` is added to, such as `https://api.openai.com/v1`. `https:`, or on this machine. A query stays. */
  readonly baseUrl: string;
  /** Sent as `authorization: Bearer …`. Absent where the endpoint asks for none, or for another header. */
  readonly apiKey?: string;
  readonly model: string;
  /**
   * How the endpoint is held to JSON: by the schema of the answer (default); to any JSON, where it knows no schemas; or by
   * the prompt alone. Whatever it answers is checked in the same way.
   */
  readonly structuredOutput?: 'json_schema' | 'json_object' | 'none';
  /** Further members of the request's body, as the endpoint names them: `max_completion_tokens`, `temperature`. */
  readonly body?: Readonly<Record<string, Json>>;
  readonly headers?: Readonly<Record<string, string>>;
  /** Until the last byte of the answer, in ms. Default 120,000; an engine stops waiting at its own limit (`merging.timeLimitMs`). */
  readonly timeoutMs?: number;
  readonly fetch?: typeof globalThis.fetch;
  readonly clock?: Clock;
}

/**
 * A merger over a language model behind any endpoint that speaks OpenAI's chat completions. One request for all fields of
 * a conversation, and never a second one by itself: whoever asks decides when, for each one is paid.
 *
 * @throws CrmSyncError `insecure_url`, `bad_access_token`, category `configuration`.
 */
export function chatCompletionsMerger(options: ChatCompletionsMergerOptions): Merger {
  const { apiKey, model, timeoutMs = 120_000, clock = systemClock, fetch = (...request) => globalThis.fetch(...request) } = options;
  const url = endpointOf(options.baseUrl);
  const headers = {
    accept: 'application/json',
    'content-type': 'application/json',
    ...(apiKey === undefined ? {} : { authorization: bearer(apiKey) }),
    ...options.headers,
  };
  return {
    specVersion: 1,
    id: `chat-completions:${url.host}:${model}`,
    async merge(request, { signal }) {
      signal.throwIfAborted();
      const { items } = request;
      if (items.length === 0) return { fields: {} };
      const body = JSON.stringify(bodyOf(options, mergePrompt(request)));
      const result = await sendHttp(
        { method: 'POST', url, headers, body, idempotent: false, retries: { left: 0 }, timeoutMs, signal },
        { fetch, clock, random: () => 0 }, // of the wait before a retry, and there is none
      );
      if (result.kind === 'failure')
        throw result.code === 'timeout' ? timedOut() : mergeError({ status: null, code: null, retryAfterMs: null });
      return answerOf(items, result);
    },
  };
}

function endpointOf(baseUrl: string): URL {
  if (secureOrigin(baseUrl) === null)
    throw new CrmSyncError('`baseUrl` is no place for texts about people.', {
      code: 'insecure_url',
      category: 'configuration',
      remedy: 'Give an `https:` URL, or one of this machine.',
    });
  const url = new URL(baseUrl);
  url.pathname = `${url.pathname.replace(/\/+$/, '')}/chat/completions`;
  return url;
}

const bodyOf = (
  { model, structuredOutput = 'json_schema', body }: ChatCompletionsMergerOptions,
  { instructions, data, schema }: MergePrompt,
): object => ({
  ...body,
  model,
  messages: [
    { role: 'system', content: instructions },
    { role: 'user', content: data },
  ],
  ...(structuredOutput === 'json_schema' && {
    response_format: { type: 'json_schema', json_schema: { name: 'merged_texts', strict: true, schema } },
  }),
  ...(structuredOutput === 'json_object' && { response_format: { type: 'json_object' } }),
});

function answerOf(items: readonly MergeItem[], { status, headers, text, answeredAt }: HttpAnswer): MergeAnswer {
  const json = jsonOf(text);
  if (status >= 200 && status < 300) return readCompletion(items, json);
  throw mergeError({ status, code: codeOf(json), retryAfterMs: retryAfterMs(headers, answeredAt) });
}

/** Some endpoints tell their code as `type`. */
function codeOf(json: unknown): string | null {
  const error = (json as { readonly error?: { readonly code?: unknown; readonly type?: unknown } } | undefined)?.error;
  for (const code of [error?.code, error?.type]) if (typeof code === 'string' && code !== '') return code;
  return null;
}
