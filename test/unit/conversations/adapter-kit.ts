import { test } from '@fast-check/vitest';
import fc from 'fast-check';
import { describe, expect } from 'vitest';
import type { Incoming } from '../../../src/conversations/incoming.ts';
import type { Conversation } from '../../../src/core/conversation.ts';
import { safeParseConversation } from '../../../src/core/parse-conversation.ts';
import { isStorable } from '../../../src/core/text.ts';
import { type CrmSyncError, isCrmSyncError } from '../../../src/errors.ts';

export const NOW = '2026-01-01T10:05:00.000Z';

/** The conversation that a payload is; an ignored one is a mistake of the test. */
export function conversationOf(incoming: Incoming): Conversation {
  if (incoming.kind !== 'conversation') throw new Error(`ignored: ${incoming.reason}`);
  return incoming.conversation;
}

/** The refusal that the call ends in; anything else that it throws goes on. */
export async function refusal(run: () => unknown): Promise<CrmSyncError> {
  try {
    await run();
  } catch (error) {
    if (isCrmSyncError(error)) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

/** Nothing but a conversation that queues carry, an ignored event, or a refusal of category `webhook` with a remedy. */
async function expectTaken(run: () => Incoming | Promise<Incoming>): Promise<void> {
  try {
    const incoming = await run();
    if (incoming.kind === 'ignored') return;
    const carried: unknown = JSON.parse(JSON.stringify(incoming.conversation));
    expect(safeParseConversation(carried)).toEqual({ ok: true, value: incoming.conversation });
    expect(isStorable(incoming.conversation.id)).toBe(true);
  } catch (error) {
    if (!isCrmSyncError(error)) throw error;
    expect(error.category).toBe('webhook');
    expect(error.remedy).not.toBe('');
  }
}

type Node = unknown[] | Record<string, unknown>;

/** Every place of a JSON value below its root. */
function* places(value: unknown): Generator<readonly [Node, string]> {
  if (typeof value !== 'object' || value === null) return;
  for (const key of Object.keys(value)) {
    yield [value as Node, key];
    yield* places((value as Record<string, unknown>)[key]);
  }
}

const odd = fc.oneof(
  fc.jsonValue(),
  fc.double(),
  fc.constantFrom(
    undefined,
    null,
    '',
    ' ',
    0,
    -1,
    1e308,
    -1e308,
    2 ** 53,
    true,
    [],
    {},
    'a\0b',
    '\ud83d',
    '9999999999999',
    '__proto__',
    'constructor',
  ),
  fc.constantFrom('+14155550123', '+266696687', 'sip:a@b', 'client:x', '1970-01-01T00:00:00Z', '275760-09-13', '2026-01-01T10:00:00+14:00'),
  fc.string({ unit: 'binary' }),
  fc.webUrl(),
);
const mutation = fc.record({ place: fc.nat(), value: odd, under: fc.option(fc.constantFrom('__proto__', '', 'name', 'id', '\0')) });
type Mutation = typeof mutation extends fc.Arbitrary<infer T> ? T : never;

/** The payload with some of its places taken by something else, removed, or given one more member. */
function mutate(payload: unknown, mutations: readonly Mutation[]): unknown {
  const copy: unknown = structuredClone(payload);
  for (const { place, value, under } of mutations) {
    const all = [...places(copy)];
    const found = all[place % all.length];
    if (found === undefined) continue;
    const [node, key] = found as [Record<string, unknown>, string];
    if (value === undefined) delete node[key];
    else node[key] = under === null ? value : JSON.parse(`{${JSON.stringify(under)}:${JSON.stringify(value) ?? null}}`);
  }
  return copy;
}

export interface FuzzedAdapter {
  readonly parse: (payload: unknown) => Incoming;
  readonly reader: (request: Request) => Promise<Incoming>;
  /** The headers of a body as the platform signs it. */
  readonly sign: (body: string) => Promise<Readonly<Record<string, string>>>;
  /** Headers that the reader looks at. */
  readonly headers: readonly string[];
  /** Payloads that are conversations. */
  readonly good: readonly unknown[];
}

const headerText = fc.oneof(
  fc.string({ unit: 'grapheme-ascii', maxLength: 80 }),
  fc.constantFrom('', ',', 't=,v0=', 'v=1,d=', 't=1700000000,v0=00'),
);

/** Whatever comes, nothing is thrown that is not of the taxonomy, and what is a conversation can be stored. */
export function fuzzAdapter(name: string, { parse, reader, sign, headers, good }: FuzzedAdapter): void {
  const post = (body: string | Uint8Array<ArrayBuffer>, given: Readonly<Record<string, string>>) =>
    new Request('https://example.com/hooks', { method: 'POST', body, headers: given });

  describe(`${name}, fuzzed`, () => {
    test.prop([fc.anything({ withDate: true, withMap: true, withNullPrototype: true, withBigInt: true })])('any value', (payload) =>
      expectTaken(() => parse(payload)),
    );
    test.prop([fc.constantFrom(...good), fc.array(mutation, { minLength: 1, maxLength: 6 })], { numRuns: 600 })(
      'any payload that is nearly right',
      (payload, mutations) => expectTaken(() => parse(mutate(payload, mutations))),
    );
    test.prop([fc.constantFrom(...good), fc.array(mutation, { maxLength: 3 })], { numRuns: 60 })(
      'signed, over the wire',
      async (payload, mutations) => {
        const body = JSON.stringify(mutate(payload, mutations));
        await expectTaken(async () => reader(post(body, await sign(body))));
      },
    );
    test.prop([fc.uint8Array({ maxLength: 200 }), fc.dictionary(fc.constantFrom(...headers), headerText)], { numRuns: 100 })(
      'any headers and any body: refused',
      async (bytes, given) => {
        const error = await refusal(() => reader(post(new Uint8Array(bytes), given)));
        expect(error.category).toBe('webhook');
      },
    );
  });
}
