import { APICallError } from 'ai';
import { MockLanguageModelV4 } from 'ai/test';
import type { Merger } from 'crm-sync-engine';
import { chatCompletionsMerger } from 'crm-sync-engine/mergers';
import { aiMerger } from 'crm-sync-engine/mergers/ai';
import { delay, HttpResponse, http } from 'msw';
import { setupServer } from 'msw/node';

/** What a model answers, whichever way it is reached. */
export type Reply =
  | { readonly content: string; readonly ends?: 'stop' | 'length' | 'filter' | 'tool' }
  | { readonly refusal: string }
  | { readonly status: number; readonly code?: string; readonly retryAfter?: string }
  | 'silence';

export interface Question {
  readonly instructions: string;
  readonly data: string;
}
export type Model = (question: Question, times: number) => Reply;

interface Texts {
  readonly [field: string]: { readonly existing: string; readonly incoming: string };
}
export const textsOf = ({ data }: Question): Texts => (JSON.parse(data) as { readonly texts: Texts }).texts;

const USAGE = { input: 120, output: 40 };
export const USAGE_OF_EACH = { inputTokens: USAGE.input, outputTokens: USAGE.output };

/** A model that does what it is told: it keeps both texts. */
export const obedient: Model = (question) => ({
  content: JSON.stringify(
    Object.fromEntries(
      Object.entries(textsOf(question)).map(([field, { existing, incoming }]) => [field, `${existing}\n${incoming}`.trim()]),
    ),
  ),
});

/** A merger over a model, and what the model was asked. */
export interface Asked {
  readonly merger: Merger;
  readonly questions: readonly Question[];
}
export interface Transport {
  readonly name: string;
  /** An answer that is refused tells its usage, too. */
  readonly over: (model: Model) => Asked;
}

const BASE = 'https://llm.example.com/v1';
const COMPLETIONS = `${BASE}/chat/completions`;

/** Of the process: a test file starts it before its tests and ends it after them. */
export const llm = setupServer();

interface Body {
  readonly messages: readonly { readonly role: string; readonly content: string }[];
}
const ENDS = { stop: 'stop', length: 'length', filter: 'content_filter', tool: 'tool_calls' } as const;

function overHttp(model: Model): Asked {
  const questions: Question[] = [];
  llm.use(
    http.post(COMPLETIONS, async ({ request }) => {
      const { messages } = (await request.json()) as Body;
      const contentOf = (role: string) => messages.find((message) => message.role === role)?.content ?? '';
      const question = { instructions: contentOf('system'), data: contentOf('user') };
      questions.push(question);
      const reply = model(question, questions.length);
      if (reply === 'silence') {
        await delay('infinite');
        return HttpResponse.error();
      }
      if ('status' in reply)
        return HttpResponse.json(
          { error: { message: 'Something about the texts.', type: 'error', code: reply.code ?? null } },
          { status: reply.status, headers: reply.retryAfter === undefined ? {} : { 'retry-after': reply.retryAfter } },
        );
      const message = 'refusal' in reply ? { content: null, refusal: reply.refusal } : { content: reply.content, refusal: null };
      const end = 'refusal' in reply ? 'stop' : ENDS[reply.ends ?? 'stop'];
      return HttpResponse.json({
        choices: [{ index: 0, finish_reason: end, message: { role: 'assistant', ...message } }],
        usage: { prompt_tokens: USAGE.input, completion_tokens: USAGE.output, total_tokens: USAGE.input + USAGE.output },
      });
    }),
  );
  return { merger: chatCompletionsMerger({ baseUrl: BASE, apiKey: 'key-1', model: 'test-model', timeoutMs: 100 }), questions };
}

const UNIFIED = { stop: 'stop', length: 'length', filter: 'content-filter', tool: 'tool-calls' } as const;

function overSdk(model: Model): Asked {
  const questions: Question[] = [];
  const mock = new MockLanguageModelV4({
    doGenerate: async ({ prompt }) => {
      const textOf = (role: string) =>
        prompt
          .filter((message) => message.role === role)
          .flatMap(({ content }) => (typeof content === 'string' ? [content] : content.map((part) => ('text' in part ? part.text : ''))))
          .join('');
      const question = { instructions: textOf('system'), data: textOf('user') };
      questions.push(question);
      const reply = model(question, questions.length);
      if (reply === 'silence') return new Promise(() => {});
      if ('status' in reply)
        throw new APICallError({
          message: 'Something about the texts.',
          url: COMPLETIONS,
          requestBodyValues: {},
          statusCode: reply.status,
          responseHeaders: reply.retryAfter === undefined ? {} : { 'retry-after': reply.retryAfter },
          data: { error: { code: reply.code } },
        });
      const ends = 'refusal' in reply ? 'content-filter' : UNIFIED[reply.ends ?? 'stop'];
      return {
        content: [{ type: 'text', text: 'refusal' in reply ? reply.refusal : reply.content }],
        finishReason: { unified: ends, raw: ends },
        usage: {
          inputTokens: { total: USAGE.input, noCache: USAGE.input, cacheRead: undefined, cacheWrite: undefined },
          outputTokens: { total: USAGE.output, text: USAGE.output, reasoning: undefined },
        },
        warnings: [],
      };
    },
  });
  return { merger: aiMerger({ model: mock }), questions };
}

export const TRANSPORTS: readonly Transport[] = [
  { name: 'chatCompletionsMerger', over: overHttp },
  { name: 'aiMerger', over: overSdk },
];
