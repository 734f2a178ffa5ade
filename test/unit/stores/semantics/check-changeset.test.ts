import { describe, expect, it } from 'vitest';
import { EMPTY_BODY } from '../../../../src/core/link/link.ts';
import type { Changeset, EntryChange, LinkChange, RowChange } from '../../../../src/ports/store.ts';
import { checkChangeset } from '../../../../src/stores/semantics/check-changeset.ts';

const link: LinkChange = {
  id: 'l1',
  object: 'Contact',
  recordId: 'r1',
  state: 'active',
  seen: null,
  plan: 'p',
  dueAt: null,
  syncedAt: 0,
  body: EMPTY_BODY,
  expected: null,
};
const insert: RowChange = { kind: 'insert', entity: 'contact', suggestedId: 'c1', set: {}, links: [link] };
const entry: EntryChange = { scope: 'workspace', kind: 'k', key: '1', expected: null, put: { body: null, contactId: { row: 0 } } };

const REFUSED: Readonly<Record<string, Partial<Changeset>>> = {
  'names a contact twice': { rows: [insert, { kind: 'update', contactId: 'c1', expected: '1' }] },
  'names a link twice': { rows: [insert, { ...insert, suggestedId: 'c2' }] },
  'names an entry twice': { rows: [insert], entries: [entry, { ...entry, put: 'delete' }] },
  'a row without an expected version sets a field': { rows: [{ kind: 'update', contactId: 'c1', set: { first_name: 'Ann' } }] },
  'a row without an expected version inserts a link': { rows: [{ kind: 'update', contactId: 'c1', links: [link] }] },
  'a row that erases a contact carries links': { rows: [{ kind: 'erase', contactId: 'c1', links: [link] }] },
  'an entry refers to a row that the changeset does not have': { rows: [], entries: [entry] },
};

describe('a changeset that no planner may make is a bug, and throws', () => {
  it.each(Object.entries(REFUSED))('%s', (message, { rows = [], entries = [] }) => {
    expect(() => checkChangeset({ rows, entries })).toThrow(message);
  });

  it('a good one passes', () => {
    expect(() => checkChangeset({ rows: [insert], entries: [entry, { ...entry, scope: 'connection' }] })).not.toThrow();
  });
});
