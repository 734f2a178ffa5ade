import { describe, expect, it } from 'vitest';
import { manyRows } from '../../../../src/stores/sql/many-rows.ts';
import { sqliteDialect } from '../../../../src/stores/sql/sqlite-dialect.ts';

describe('a text that inserts a row', () => {
  it('becomes one for several', () => {
    expect(manyRows('insert into t (a, b, c) values (?1, ?2, ?3)', { shared: 1, rows: 3 })).toBe(
      'insert into t (a, b, c) values (?1, ?2, ?3), (?1, ?4, ?5), (?1, ?6, ?7)',
    );
    expect(manyRows('insert into t (a, b) values (?2, ?1)', { shared: 0, rows: 2 })).toBe('insert into t (a, b) values (?2, ?1), (?4, ?3)');
  });

  it('is each of those that write contacts, links and entries', () => {
    const { contacts, links, entries } = sqliteDialect;
    for (const [text, shared] of [
      [contacts.insert, 2],
      [links.insert, 3],
      [entries.insert, 2],
    ] as const)
      expect(manyRows(text, { shared, rows: 2 })).not.toBeNull();
  });

  it('is no other', () => {
    expect(manyRows(sqliteDialect.contacts.update, { shared: 2, rows: 2 })).toBeNull();
    expect(manyRows('insert into t (a) select ?1', { shared: 0, rows: 2 })).toBeNull();
  });
});
