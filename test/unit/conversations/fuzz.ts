import fc from 'fast-check';
import { expect } from 'vitest';
import { isStorable } from '../../../src/core/base/text.ts';
import type { Conversation } from '../../../src/core/conversation/conversation.ts';
import { safeParseConversation } from '../../../src/core/conversation/parse-conversation.ts';
import { isCrmSyncError } from '../../../src/errors.ts';

type Places = [parent: Record<string, unknown>, key: string][];

function placesOf(value: unknown, places: Places = []): Places {
  if (typeof value !== 'object' || value === null) return places;
  for (const [key, member] of Object.entries(value)) {
    places.push([value as Record<string, unknown>, key]);
    placesOf(member, places);
  }
  return places;
}

const odd = fc.oneof(
  fc.jsonValue(),
  fc.double(),
  fc.string({ unit: 'binary' }),
  fc.dictionary(fc.constantFrom('__proto__', '', 'name', 'id', 'value', '\0', '\ud83d'), fc.jsonValue()),
  fc.constantFrom<unknown>(
    '',
    ' ',
    '0',
    '-5',
    '1e400',
    -1,
    2 ** 60,
    'x'.repeat(300),
    '2026-02-31T10:00:00Z',
    '9999-12-31T23:59:59.999Z',
    {},
    [],
  ),
  fc.constantFrom<unknown>(
    'Infinity',
    'constructor',
    '__proto__',
    'javascript:alert(1)',
    8.64e15,
    '+14155550123',
    'anonymous',
    true,
    null,
    'a\0b',
    '\ud83d',
  ),
);

/** The payload with one to five of its parts, at any depth, replaced or taken away. */
export const mutationsOf = (payload: unknown): fc.Arbitrary<unknown> =>
  fc.array(fc.tuple(fc.nat(), fc.option(odd, { nil: undefined })), { minLength: 1, maxLength: 5 }).map((changes) => {
    const copy: unknown = structuredClone(payload);
    for (const [position, value] of changes) {
      const places = placesOf(copy);
      const place = places[position % Math.max(1, places.length)];
      if (place === undefined) break;
      const [parent, key] = place;
      if (value === undefined) delete parent[key];
      else parent[key] = structuredClone(value);
    }
    return copy;
  });

/** What a reader of webhooks may do with anything: ignore it, refuse it within the taxonomy, or make a conversation that queues carry. */
export async function expectWithinTaxonomy(read: () => unknown): Promise<void> {
  try {
    const incoming = (await read()) as { readonly kind: string; readonly conversation: Conversation };
    if (incoming.kind !== 'conversation') return;
    const carried: unknown = JSON.parse(JSON.stringify(incoming.conversation));
    expect(safeParseConversation(carried)).toEqual({ ok: true, value: incoming.conversation });
    expect(Object.keys(incoming.conversation.analysis).every(isStorable)).toBe(true);
  } catch (error) {
    if (!isCrmSyncError(error)) throw error;
    expect(error.category).toBe('webhook');
    expect(error.remedy).not.toBe('');
  }
}
