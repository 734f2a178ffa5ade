import { test } from '@fast-check/vitest';
import fc from 'fast-check';
import { describe, expect } from 'vitest';
import type { Incoming } from '../../../src/conversations/incoming.ts';
import type { Conversation } from '../../../src/core/conversation/conversation.ts';
import { expectWithinTaxonomy, mutationsOf } from './fuzz.ts';
import { refusal } from './refusal.ts';

export const NOW = '2026-01-01T10:05:00.000Z';

/** The conversation that a payload is; an ignored one is a mistake of the test. */
export function conversationOf(incoming: Incoming): Conversation {
  if (incoming.kind !== 'conversation') throw new Error(`ignored: ${incoming.reason}`);
  return incoming.conversation;
}

export interface FuzzedAdapter {
  readonly parse: (payload: unknown) => Incoming;
  readonly reader: (request: Request) => Promise<Incoming>;
  /** The headers of a body as the platform signs it. */
  readonly sign: (body: string) => Promise<Readonly<Record<string, string>>>;
  /** Headers that the reader looks at. */
  readonly headers: readonly string[];
  /** Payloads that are conversations. */
  readonly good: readonly object[];
}

const headerText = fc.oneof(
  fc.string({ unit: 'grapheme-ascii', maxLength: 80 }),
  fc.constantFrom('', ',', 't=,v0=', 'v=1,d=', 't=1700000000,v0=00'),
);

/** Whatever comes, nothing is thrown that is not of the taxonomy, and what is a conversation can be stored. */
export function fuzzAdapter(name: string, { parse, reader, sign, headers, good }: FuzzedAdapter): void {
  const post = (body: string | Uint8Array<ArrayBuffer>, given: Readonly<Record<string, string>>) =>
    new Request('https://example.com/hooks', { method: 'POST', body, headers: given });
  const nearlyRight = fc.oneof(...good.map(mutationsOf));

  describe(`${name}, fuzzed`, () => {
    test.prop([fc.anything({ withDate: true, withMap: true, withNullPrototype: true, withBigInt: true })])('any value', (payload) =>
      expectWithinTaxonomy(() => parse(payload)),
    );
    test.prop([nearlyRight], { numRuns: 600 })('any payload that is nearly right', (payload) => expectWithinTaxonomy(() => parse(payload)));
    test.prop([nearlyRight], { numRuns: 60 })('signed, over the wire', async (payload) => {
      const body = JSON.stringify(payload);
      await expectWithinTaxonomy(async () => reader(post(body, await sign(body))));
    });
    test.prop([fc.uint8Array({ maxLength: 200 }), fc.dictionary(fc.constantFrom(...headers), headerText)], { numRuns: 100 })(
      'any headers and any body: refused',
      async (bytes, given) => {
        const error = await refusal(() => reader(post(new Uint8Array(bytes), given)));
        expect(error.category).toBe('webhook');
      },
    );
    test.each(good)('nested deeper than any stack: %#', async (payload) => {
      const nested = `${'{"a":['.repeat(20_000)}1${']}'.repeat(20_000)}`;
      for (const member of Object.keys(payload)) {
        const body = JSON.stringify({ ...payload, [member]: 'HERE', more: 'HERE' }).replaceAll('"HERE"', nested);
        await expectWithinTaxonomy(async () => reader(post(body, await sign(body))));
      }
    });
  });
}
