import { test } from '@fast-check/vitest';
import fc from 'fast-check';
import { expect } from 'vitest';
import { createOrg } from '../../../../src/testing/salesforce/org.ts';
import { adminSave, insertRecord } from '../../../../src/testing/salesforce/save.ts';
import { runQuery } from '../../../../src/testing/salesforce/soql/query.ts';
import { holds, parseTerm, wordsOf } from '../../../../src/testing/salesforce/sosl/term.ts';

const title = fc.string({ unit: 'binary', minLength: 1, maxLength: 60 }).filter((text) => text.trim() !== '');
const quote = (text: string) => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
const found = (text: string, condition: string) => {
  const org = createOrg({}, () => Date.parse('2026-01-01T00:00:00Z'));
  insertRecord(org, org.schema.object('Contact')!, { LastName: 'x', Title: text }, adminSave());
  return runQuery(org, `SELECT Id FROM Contact WHERE ${condition}`, { all: false, base: '' }).records.length;
};

test.prop([title])('a text is found by its literal, whatever is in it', (text) => {
  expect(found(text, `Title = ${quote(text.trim())}`)).toBe(1);
});

test.prop([title])('a text is found by a pattern in which its wildcards are escaped', (text) => {
  const pattern = quote(text.trim()).replaceAll('%', '\\%').replaceAll('_', '\\_');
  expect(found(text, `Title LIKE ${pattern}`)).toBe(1);
});

test.prop([title, title])('a literal ends where it ends: no text adds a condition', (text, other) => {
  expect(found('something else', `Title = ${quote(`${text}' OR LastName = '${other}`)}`)).toBe(0);
});

test.prop([fc.string({ minLength: 2, maxLength: 40 }).filter((text) => text.trim().length > 1 && wordsOf(text).length > 0)])(
  'a phrase is found by itself when every reserved character is escaped',
  (text) => {
    const escaped = text.trim().replace(/[?&|!{}[\]()^~*:\\"'+-]/g, '\\$&');
    expect(holds(parseTerm(`"${escaped}"`), [wordsOf(text)])).toBe(true);
  },
);
