import { describe, expect, it } from 'vitest';
import { readJsonPath, valueAt } from '../../../../src/core/base/json-path.ts';

const steps = (count: number) => Array.from({ length: count }, (_, index) => `s${index}`);

describe('a path is read', () => {
  it.each<readonly [path: string, expected: readonly string[]]>([
    ['call', ['call']],
    ['call.id', ['call', 'id']],
    ['items[0].text', ['items', '0', 'text']],
    ['items[123456]', ['items', '123456']],
    ['items[0][1]', ['items', '0', '1']],
    ['[0]', ['0']],
    ['custom["lead score"]', ['custom', 'lead score']],
    ['items[0]["lead.score"]', ['items', '0', 'lead.score']],
    ['["a"].b', ['a', 'b']],
    ['$', []],
    ['$.call.id', ['call', 'id']],
    ['$[0].id', ['0', 'id']],
    ['$["a.b"]', ['a.b']],
  ])('%s', (path, expected) => expect(readJsonPath(path)).toEqual(expected));

  it.each<readonly [path: string, expected: readonly string[]]>([
    ['$price', ['$price']],
    ['price$', ['price$']],
    ['a.$', ['a', '$']],
    ['a$.b', ['a$', 'b']],
    ['a$[0]', ['a$', '0']],
  ])('whose dollar sign is part of a name: %s', (path, expected) => expect(readJsonPath(path)).toEqual(expected));

  it('of up to 32 steps, and no longer one', () => {
    expect(readJsonPath(steps(32).join('.'))).toEqual(steps(32));
    expect(readJsonPath(steps(33).join('.'))).toBeUndefined();
    expect(readJsonPath(`$.${steps(32).join('.')}`)).toEqual(steps(32));
  });
});

it.each([
  '',
  '.',
  '.a',
  'a.',
  'a..b',
  '$.',
  '$..a',
  'a[0]b',
  'a.[0]',
  'a[]',
  'a[-1]',
  'a[x]',
  'a[1234567]',
  'a[""]',
  'a["b]',
  'a"b',
  'a]',
  '__proto__',
  'a.__proto__.b',
  'a["__proto__"]',
])('is no path: %j', (path) => expect(readJsonPath(path)).toBeUndefined());

describe('what stands at a path', () => {
  const items = Array.from({ length: 11 }, (_, index) => ({ text: `item ${index}` }));
  const payload = { call: { id: 'c1', ended: null, answered: false, seconds: 0 }, items, 'a..b': 'by its whole name' };

  it.each<readonly [path: string, expected: unknown]>([
    ['$', payload],
    ['call', payload.call],
    ['call.id', 'c1'],
    ['$.call.id', 'c1'],
    ['call.ended', null],
    ['call.answered', false],
    ['call.seconds', 0],
    ['items[0].text', 'item 0'],
    ['items[10].text', 'item 10'],
    ['items.10.text', 'item 10'],
    ['a..b', 'by its whole name'],
  ])('is given: %s', (path, expected) => expect(valueAt(payload, path)).toEqual(expected));

  it.each([
    'nothing',
    'call.nothing',
    'call.id.length',
    'call.ended.at',
    'call.answered.at',
    'call.constructor',
    'items[11]',
    'items[0].constructor',
    'items.length',
    'items.at',
    'x..y',
  ])('is missing: %s', (path) => expect(valueAt(payload, path)).toBeUndefined());

  it.each([null, undefined, 'text', 7])('is missing in %j, which has no members', (top) => {
    expect(valueAt(top, 'a')).toBeUndefined();
    expect(valueAt(top, '$')).toBe(top);
  });

  it('is an item of a list only by its position, whatever else the list carries', () => {
    const list = Object.assign(['first'], { x0: 'no item', '0x': 'no item' });
    expect(['list[0]', 'list.x0', 'list.0x'].map((path) => valueAt({ list }, path))).toEqual(['first', undefined, undefined]);
  });
});
