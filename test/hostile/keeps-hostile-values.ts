import type { BoundStore, ContactStore } from 'crm-sync-engine';
import { beforeAll, expect, it } from 'vitest';
import { holdable, hostile } from './strings.ts';

/** A key is well-formed text, not empty and without NUL. */
const keys = hostile.filter(([, text]) => text !== '' && text === holdable(text));

/** Tests of a store that `make` gives once, empty. */
export function keepsHostileValues(make: () => ContactStore | Promise<ContactStore>): void {
  let store: BoundStore;
  beforeAll(async () => {
    store = (await make()).bind({ workspace: 'acme', connection: 'acme-crm' });
  });

  it.each(hostile)('%s as a value comes back as it is, and finds its own contact only', async (name, text) => {
    const set = { phone_number: `+1 ${name}`, text };
    const row = { kind: 'insert', entity: 'contact', suggestedId: `id of ${name}`, set } as const;
    expect(await store.commit({ rows: [row], entries: [] })).toMatchObject({ status: 'done', ids: [row.suggestedId] });
    const [stored] = await store.load({ ids: [row.suggestedId] });
    expect(stored?.fields['text']).toBe(text);
    const found = await store.load({ keys: { entity: 'contact', field: 'text', values: [text] } });
    expect(found.map(({ id }) => id)).toEqual([row.suggestedId]);
  });

  it.each(keys)('%s as a key of an entry is one key', async (_, text) => {
    const entry = { scope: 'connection', kind: 'note', key: text, expected: null, put: { body: { text } } } as const;
    expect(await store.commit({ rows: [], entries: [entry] })).toMatchObject({ status: 'done' });
    expect(await store.commit({ rows: [], entries: [entry] })).toEqual({ status: 'moved' });
    const entries = await store.entries({ scope: 'connection', kind: 'note', keys: [text], limit: 10 });
    expect(entries.map(({ key, body }) => [key, body])).toEqual([[text, { text }]]);
  });
}
