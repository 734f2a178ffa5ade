import { describe, expect, it } from 'vitest';
import { applyTransform, mapIn, mapOut, namedTransform } from '../../../../src/core/mapping/rule-values.ts';
import { TRANSFORMS } from '../../../../src/core/mapping/transforms.ts';
import { CrmSyncError } from '../../../../src/errors.ts';
import { expectWords } from '../told.ts';

const map = { Hot: 'Qualified', cold: 'New', true: 'Yes', '0': 'None' };

describe('a value map', () => {
  it.each([
    ['Hot', 'Qualified'],
    ['hot', 'Qualified'],
    ['COLD', 'New'],
    [true, 'Yes'],
    [0, 'None'],
    ['Warm', 'Warm'],
    [false, false],
    [null, null],
    ['constructor', 'constructor'],
    ['__proto__', '__proto__'],
  ])('reads %j as %j', (from, to) => expect(mapIn(map, from)).toBe(to));

  it('prefers the exact spelling', () => {
    const spellings = { HOT: 'a', hot: 'b' };
    expect([mapIn(spellings, 'hot'), mapIn(spellings, 'HOT'), mapIn(spellings, 'Hot')]).toEqual(['b', 'a', 'a']);
  });

  it('leaves what is no single value as it is', () => {
    const list = ['Hot'];
    expect(mapIn(map, list)).toBe(list);
    expect(mapIn(undefined, 'Hot')).toBe('Hot');
  });

  it.each([
    ['Qualified', 'Hot'],
    ['qualified', 'qualified'],
    ['Warm', 'Warm'],
    [null, null],
  ])('read backwards makes %j %j', (from, to) => expect(mapOut(map, from)).toBe(to));

  it('keeps types apart when it is read backwards', () => {
    expect(mapOut({ yes: true, no: false }, true)).toBe('yes');
    expect(mapOut({ yes: true, no: false }, 'true')).toBe('true');
  });
});

describe('a transform', () => {
  it('is found by name, the own one first', () => {
    const trim = () => 'own';
    expect(namedTransform('trim')).toBe(TRANSFORMS.trim);
    expect(namedTransform('trim', { trim })).toBe(trim);
  });

  it.each(['shout', 'constructor', 'toString', '__proto__'])('that does not exist (%s) is a mistake in the configuration', (name) => {
    expect(() => namedTransform(name)).toThrow(CrmSyncError);
    expect(() => namedTransform(name, { own: () => null })).toThrow(
      expect.objectContaining({
        code: 'unknown_transform',
        category: 'configuration',
        message: `There is no transform \`${name}\`.`,
        remedy: expect.stringMatching(/one of .*`trim`.*`own`/),
      }),
    );
  });

  it('answers a value', () => expect(applyTransform((value) => `${value}!`, 'a')).toEqual({ ok: true, value: 'a!' }));
  it('may answer null', () => expect(applyTransform(() => null, 'a')).toEqual({ ok: true, value: null }));
  it.each([
    ['throws', () => JSON.parse('secret')],
    ['answers undefined', () => undefined as never],
    ['answers NaN', () => Number.NaN],
    ['answers an object', () => ({}) as never],
    ['answers a promise', async () => 'a'],
  ])('that %s is refused, and its text not repeated', (_, transform) => {
    const refused = applyTransform(transform as () => string, 'secret');
    expect(refused).toMatchObject({ ok: false, code: 'not_text' });
    expect(JSON.stringify(refused)).not.toContain('secret');
    expectWords(refused as { message: string; remedy: string });
  });
});
