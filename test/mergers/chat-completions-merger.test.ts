import { type ChatCompletionsMergerOptions, chatCompletionsMerger } from 'crm-sync-engine/mergers';
import { describe, expect, it } from 'vitest';

const ITEM = { field: 'notes', existing: 'Asked.', incoming: 'Bought.' };
const REQUEST = { items: [ITEM], at: '2026-01-05T08:30:00.000Z' };
const answering = (content: string, more: object = {}) => ({
  choices: [{ finish_reason: 'stop', message: { content }, ...more }],
});

/** A merger whose endpoint answers `body`, and the requests that it was sent. */
function endpoint(options: Partial<ChatCompletionsMergerOptions>, body: unknown = answering('{"notes":"Asked, then bought."}')) {
  const requests: Request[] = [];
  const fetch: typeof globalThis.fetch = async (input, init) => {
    requests.push(new Request(input, init));
    return body instanceof Response ? body.clone() : new Response(JSON.stringify(body));
  };
  const merger = chatCompletionsMerger({ baseUrl: 'https://llm.example.com/v1/', model: 'm', fetch, ...options });
  return { requests, merge: () => merger.merge(REQUEST, { signal: new AbortController().signal }), merger };
}
async function bodyOf(options: Partial<ChatCompletionsMergerOptions>): Promise<Record<string, unknown>> {
  const { merge, requests } = endpoint(options);
  await merge();
  return (await requests[0]?.json()) as Record<string, unknown>;
}

describe('chatCompletionsMerger', () => {
  it('sends one POST to the endpoint, with its key', async () => {
    const { merge, requests } = endpoint({ apiKey: 'key-1', headers: { 'x-title': 'Acme' } });
    expect(await merge()).toEqual({ fields: { notes: { ok: true, value: 'Asked, then bought.' } } });
    expect(requests).toHaveLength(1);
    const [request] = requests;
    expect([request?.method, request?.url]).toEqual(['POST', 'https://llm.example.com/v1/chat/completions']);
    expect(Object.fromEntries(request?.headers ?? [])).toMatchObject({
      authorization: 'Bearer key-1',
      'content-type': 'application/json',
      'x-title': 'Acme',
    });
  });

  it('keeps the query of the endpoint, and sends no key where there is none', async () => {
    const { merge, requests } = endpoint({
      baseUrl: 'https://acme.example.com/openai/deployments/m?api-version=1',
      headers: { 'api-key': 'k' },
    });
    await merge();
    expect(requests[0]?.url).toBe('https://acme.example.com/openai/deployments/m/chat/completions?api-version=1');
    expect(requests[0]?.headers.has('authorization')).toBe(false);
  });

  it('holds the endpoint to the fields that are asked for, by their schema', async () => {
    const schema = { type: 'object', properties: { notes: { type: 'string' } }, required: ['notes'], additionalProperties: false };
    expect(await bodyOf({})).toMatchObject({
      model: 'm',
      messages: [{ role: 'system' }, { role: 'user' }],
      response_format: { type: 'json_schema', json_schema: { name: 'merged_texts', strict: true, schema } },
    });
  });

  it('asks for any JSON, or by the prompt alone, where the host says so', async () => {
    expect(await bodyOf({ structuredOutput: 'json_object' })).toMatchObject({ response_format: { type: 'json_object' } });
    expect(await bodyOf({ structuredOutput: 'none' })).not.toHaveProperty('response_format');
  });

  it('sends what the endpoint needs besides, and nothing of it replaces the question', async () => {
    const body = await bodyOf({ body: { max_completion_tokens: 900, model: 'other', messages: [] } });
    expect(body).toMatchObject({ max_completion_tokens: 900, model: 'm', messages: [{ role: 'system' }, { role: 'user' }] });
    expect(await bodyOf({})).not.toHaveProperty('temperature');
  });

  it.each([
    ['no JSON', new Response('<html>Bad gateway</html>')],
    ['no choice', { choices: [] }],
    ['a choice that is none', { choices: ['stop'] }],
    ['no message', { choices: [{ finish_reason: 'stop' }] }],
    ['a message in parts', { choices: [{ finish_reason: 'stop', message: { content: [{ text: '{}' }] } }] }],
  ])('refuses a success with %s', async (_, body) => {
    const { merge } = endpoint({}, body);
    expect(await merge()).toEqual({ fields: { notes: expect.objectContaining({ ok: false, code: 'merge_bad_answer' }) } });
  });

  it('takes no redirect for an answer: texts go to no other host', async () => {
    const { merge, requests } = endpoint({}, new Response(null, { status: 307, headers: { location: 'https://other.example.com' } }));
    await expect(merge()).rejects.toMatchObject({ category: 'merge', code: 'merge_request_refused' });
    expect(requests).toHaveLength(1);
  });

  it('ends where the endpoint is silent for too long', async () => {
    const fetch: typeof globalThis.fetch = () => new Promise(() => {});
    await expect(endpoint({ fetch, timeoutMs: 10 }).merge()).rejects.toMatchObject({
      code: 'merge_timeout',
      category: 'merge',
      retryable: true,
    });
  });

  it('says that nobody answers where the connection fails, without what was sent', async () => {
    const fetch = () => Promise.reject(new TypeError('fetch failed: Asked. Bought.'));
    const thrown = await endpoint({ fetch })
      .merge()
      .catch((error: unknown) => error);
    expect(thrown).toMatchObject({ code: 'merge_no_answer', retryable: true });
    expect(JSON.stringify(thrown)).not.toContain('Bought');
  });

  it('takes no endpoint that texts about people could be read on the way to, and no key that is none', () => {
    for (const baseUrl of ['http://llm.example.com/v1', 'llm.example.com', 'https://user:password@llm.example.com'])
      expect(() => chatCompletionsMerger({ baseUrl, model: 'm' })).toThrow(expect.objectContaining({ code: 'insecure_url' }));
    expect(() => chatCompletionsMerger({ baseUrl: 'https://llm.example.com', apiKey: 'a\nb', model: 'm' })).toThrow(
      expect.objectContaining({ code: 'bad_access_token' }),
    );
    expect(chatCompletionsMerger({ baseUrl: 'http://localhost:11434/v1', model: 'm' }).id).not.toBe(
      chatCompletionsMerger({ baseUrl: 'http://localhost:11434/v1', model: 'other' }).id,
    );
  });
});
