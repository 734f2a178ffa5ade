import { test } from '@fast-check/vitest';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { parseDocument } from '../../../../src/core/base/issues.ts';
import { crmPathSchema, ownFieldSchema } from '../../../../src/core/mapping/crm-path.ts';
import { isValue } from '../../../../src/core/values/is-value.ts';
import { CRM_PATH, readPath } from '../../../../src/core/values/paths.ts';

const at = (fields: Readonly<Record<string, unknown>>, path: string) => readPath({ fields }, path);

describe('a value is read', () => {
  it.each<readonly [rule: string, fields: Readonly<Record<string, unknown>>, path: string, expected: unknown]>([
    ['by its name', { Phone: '1' }, 'Phone', '1'],
    ['false and 0 too', { A: false, B: 0 }, 'B', 0],
    ['as null where it is null', { Phone: null }, 'Phone', null],
    ['from a flat dotted name', { 'Account.Name': 'Acme' }, 'Account.Name', 'Acme'],
    ['from nested objects', { Account: { attributes: { type: 'Account' }, Owner: { Name: 'Ann' } } }, 'Account.Owner.Name', 'Ann'],
    ['flat before nested', { 'Account.Name': 'flat', Account: { Name: 'nested' } }, 'Account.Name', 'flat'],
    ['as null below a parent that is null', { Account: null }, 'Account.Owner.Name', null],
    ['as absent where the field is missing', {}, 'Phone', undefined],
    ['as absent where the parent is missing', {}, 'Account.Name', undefined],
    ['as absent where the parent lacks it', { Account: {} }, 'Account.Name', undefined],
    ['as absent below text', { Account: 'x' }, 'Account.length', undefined],
    ['as absent where it is an object or a list', { Account: { Name: ['a'] } }, 'Account.Name', undefined],
    ['as absent where it is undefined', { Phone: undefined }, 'Phone', undefined],
    ['as absent where it is no finite number', { Score: Number.NaN }, 'Score', undefined],
    ['as ISO text from a Date', { At: new Date(0) }, 'At', '1970-01-01T00:00:00.000Z'],
    ['as absent from an invalid Date', { At: new Date(Number.NaN) }, 'At', undefined],
    ['never from a prototype', { Account: {} }, 'Account.constructor.name', undefined],
    ['never from a prototype, flat', {}, 'constructor', undefined],
    ['never what a parent inherits', { Account: Object.create({ Name: 'x' }) }, 'Account.Name', undefined],
    ['never through __proto__', { Account: {} }, 'Account.__proto__.toString', undefined],
    ['from an object without a prototype', { Account: Object.assign(Object.create(null), { Name: 'x' }) }, 'Account.Name', 'x'],
  ])('%s', (_, fields, path, expected) => expect(at(fields, path)).toBe(expected));
});

test.prop([fc.dictionary(fc.string(), fc.anything()), fc.string()])(
  'whatever a record holds, a value or nothing is read',
  (fields, path) => {
    const found = at(fields, path);
    expect(found === undefined || isValue(found)).toBe(true);
  },
);

describe('the name of a CRM field', () => {
  it.each(['Phone', 'Lead_Status__c', 'hs_lead_status', 'Account.Name', 'A.b.c.d.e.f', 'x'.repeat(200)])('can be %s', (path) =>
    expect(crmPathSchema().safeParse(path).success).toBe(true),
  );
  it.each([
    '',
    ' Phone',
    'Phone ',
    'Phone\n',
    'First Name',
    "O'Name",
    'a"b',
    'a`b',
    'a-b',
    'a,b',
    'a;b',
    'a)b',
    '1a',
    '_a',
    '.Name',
    'Account.',
    'Account..Name',
    'A.b.c.d.e.f.g',
    '__proto__',
    'Account.__proto__',
    'Größe',
    'x'.repeat(201),
  ])('cannot be %j', (path) => expect(crmPathSchema().safeParse(path).success).toBe(false));

  it('is told what it may be', () => {
    const parsed = parseDocument(crmPathSchema(), 'E mail');
    expect(parsed).toMatchObject({
      ok: false,
      issues: [
        {
          code: 'invalid_crm_field',
          message: 'is no name of a CRM field',
          remedy: 'Give its API name (letters, digits, underscores), or a dotted path over at most five parents, such as `Account.Name`.',
        },
      ],
    });
    expect(z.toJSONSchema(crmPathSchema())).toMatchObject({ type: 'string', pattern: CRM_PATH.source, maxLength: 200 });
  });

  it('is of the record itself where it is written', () => {
    expect(parseDocument(ownFieldSchema(), 'Phone')).toEqual({ ok: true, value: 'Phone' });
    expect(parseDocument(ownFieldSchema(), 'Account.Name')).toMatchObject({
      ok: false,
      issues: [{ code: 'parent_not_writable', message: 'belongs to a parent record', remedy: 'Name a field of the record itself.' }],
    });
  });
});
