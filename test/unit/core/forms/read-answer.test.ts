import { describe, expect, it } from 'vitest';
import type { AnsweredField } from '../../../../src/core/forms/log-form.ts';
import { readAnswer } from '../../../../src/core/forms/read-answer.ts';

const TEXT: AnsweredField = { key: 'one', title: 'One', type: 'text' };
const TICK: AnsweredField = { key: 'one', title: 'One', type: 'checkbox' };
const CUSTOM: AnsweredField = { key: 'one', title: 'One', type: 'selection', allowCustomValue: true };
const LONGEST = 'ä'.repeat(32_000);

describe('a tick', () => {
  it.each<readonly [unknown, boolean]>([
    [true, true],
    [false, false],
    [1, true],
    [0, false],
    ['1', true],
    ['0', false],
    [' ON ', true],
    ['no', false],
  ])('%j is %s', (raw, value) => {
    expect(readAnswer(TICK, raw, [])).toEqual({ ok: true, value });
  });

  it.each<readonly [unknown]>([[2], [-1], ['perhaps'], [['true']], [[1]], [{}]])('%j is neither', (raw) => {
    expect(readAnswer(TICK, raw, [])).toEqual({
      ok: false,
      code: 'wrong_type',
      message: 'must be true or false',
      remedy: 'Answer with true or false.',
    });
  });
});

describe('a text', () => {
  const tooLong = (most: number) => ({
    ok: false,
    code: 'too_long',
    message: `holds at most ${most} characters`,
    remedy: 'Shorten the text.',
  });
  it('may have as many characters as its field holds, and no more', () => {
    const short: AnsweredField = { ...TEXT, maxLength: 3 };
    expect(readAnswer(short, 'a🚀b', [])).toEqual({ ok: true, value: 'a🚀b' });
    expect(readAnswer(short, 'a🚀bc', [])).toEqual(tooLong(3));
  });

  it('may have 32,000 where the field does not say', () => {
    expect(readAnswer(TEXT, LONGEST, [])).toEqual({ ok: true, value: LONGEST });
    expect(readAnswer(TEXT, `${LONGEST}.`, [])).toEqual(tooLong(32_000));
  });

  it('has no characters that databases and CRMs refuse', () => {
    expect(readAnswer(TEXT, 'a\u0000', [])).toEqual({
      ok: false,
      code: 'not_storable',
      message: 'has characters that no CRM keeps',
      remedy: 'Remove control characters from the text.',
    });
  });
});

describe('a custom value', () => {
  it.each<readonly [string, string | number]>([
    ['a text', 'Mine'],
    ['a number', 7],
    ['the longest text', LONGEST],
  ])('may be %s', (_, raw) => {
    expect(readAnswer(CUSTOM, raw, [])).toEqual({ ok: true, value: raw });
  });

  it.each<readonly [string, unknown]>([
    ['a text that is longer', `${LONGEST}.`],
    ['half a character', '\ud800'],
    ['no number', Number.NaN],
  ])('may not be %s', (_, raw) => {
    expect(readAnswer(CUSTOM, raw, [])).toEqual({
      ok: false,
      code: 'not_storable',
      message: 'is no value that can be kept',
      remedy: 'Give a text of usual characters, or a number.',
    });
  });
});

it.each([TEXT, TICK, CUSTOM])('none is an answer to a $type', (field) => {
  for (const raw of [null, '', ' \n']) expect(readAnswer(field, raw, [])).toEqual({ ok: true, value: null });
});
