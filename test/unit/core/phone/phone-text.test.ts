import { describe, expect, it } from 'vitest';
import {
  cleanPhoneText,
  digitsOf,
  isNoOnesNumber,
  isPlaceholder,
  isPlaceholderText,
  isWithheld,
  readUserPart,
  splitNumbers,
} from '../../../../src/core/phone/phone-text.ts';

describe('the text of a number', () => {
  it.each([
    ['invisible characters', '\u202a+1\u00ad 415\u200b 555\ufeff\u2060\u2069', '+1 415 555'],
    ['Arabic digits', '\u0660\u0661\u0662\u0663\u0664\u0665\u0666\u0667\u0668\u0669', '0123456789'],
    ['Persian digits', '\u06f0\u06f1\u06f2\u06f3\u06f4\u06f5\u06f6\u06f7\u06f8\u06f9', '0123456789'],
    ['full-width digits and a full-width plus', '\uff0b\uff10\uff11\uff12\uff13\uff14\uff15\uff16\uff17\uff18\uff19', '+0123456789'],
    ['blanks of any kind', ' 415 \t \u00a0555 ', '415 555'],
    ['line ends, which stay', '415\n  555', '415\n 555'],
  ])('is read without %s', (_, text, clean) => expect(cleanPhoneText(text)).toBe(clean));

  it('has digits', () => expect(digitsOf('+1 (415) x')).toBe('1415'));
});

const WORDS = [
  ...['anonymous', 'unknown', 'restricted', 'private', 'unavailable', 'blocked', 'withheld', 'no caller id'],
  'anonymous@anonymous.invalid',
];
/** A word as one types it on a telephone keypad. */
const typed = (word: string): string =>
  word.replace(/./g, (letter) => '22233344455566677778889999'['abcdefghijklmnopqrstuvwxyz'.indexOf(letter)]!);
const TYPED = ['anonymous', 'restricted', 'blocked', 'unknown', 'unavailable'].map(typed);

describe('a withheld number', () => {
  it.each(WORDS)('is %s, in small letters or capitals', (word) => {
    expect(isWithheld(word)).toBe(true);
    expect(isWithheld(word.toUpperCase())).toBe(true);
    expect(isWithheld(`not ${word}`)).toBe(false);
  });

  it.each(TYPED)('is a word on the keypad, with or without 1 in front and however it is punctuated: %s', (digits) => {
    for (const one of ['', '1']) {
      expect(isWithheld(one + digits)).toBe(true);
      expect(isWithheld(`+${one}${digits.slice(0, 3)} (${digits.slice(3, 5)})-${digits.slice(5)}`)).toBe(true);
      expect(isNoOnesNumber(one + digits)).toBe(true);
    }
    for (const other of [`2${digits}`, `${digits}1`, `11${digits}`, digits.slice(1)]) {
      expect(isWithheld(other)).toBe(false);
      expect(isNoOnesNumber(other)).toBe(false);
    }
  });

  it('is no digits among other text', () => {
    expect(isWithheld('extension 8656696')).toBe(false);
    expect(isWithheld('8656696 (home)')).toBe(false);
    expect(isWithheld('')).toBe(false);
  });
});

describe('a placeholder', () => {
  it.each(['0000000', '5555555', '99999999999', '1234567890', '0123456789'])('is %s', (digits) => {
    expect(isPlaceholder(digits)).toBe(true);
    expect(isNoOnesNumber(digits)).toBe(true);
    expect(isPlaceholderText(`+${digits.slice(0, 3)} (${digits.slice(3, 5)}) ${digits.slice(5)}`)).toBe(true);
  });

  it.each(['000000', '55555551', '15555555', '123456789', '12345678901', '', '0'])('is not %s', (digits) => {
    expect(isPlaceholder(digits)).toBe(false);
    expect(isNoOnesNumber(digits)).toBe(false);
  });

  it('is nothing with other text around it', () => {
    expect(isPlaceholderText('call 5555555')).toBe(false);
    expect(isPlaceholderText('5555555 at home')).toBe(false);
    expect(isPlaceholderText('5555555+')).toBe(false);
    expect(isPlaceholderText('')).toBe(false);
  });
});

describe('several numbers in one field', () => {
  it.each([
    ['415 555 0123', ['415 555 0123']],
    ['1 / 2', ['1', '2']],
    ['1;2', ['1', '2']],
    ['1\n 2', ['1', '2']],
    ['1,  2', ['1', '2']],
    ['1,2', ['1,2']],
    ['1 or 2 OR 3', ['1', '2', '3']],
    ['1  or  2', ['1', '2']],
    ['1or2', ['1or2']],
    ['1 or2', ['1 or2']],
    ['1;;2;', ['1', '2']],
    ['   ', []],
    ['', []],
  ])('are told apart: %j', (text, parts) => expect(splitNumbers(text)).toEqual(parts));
});

describe('the user of an address', () => {
  it.each([
    ['sip:+14155550123@example.com', { user: '+14155550123' }],
    ['SIPS:4155550123@example.com', { user: '4155550123' }],
    ['sip:4155550123', { user: '4155550123' }],
    ['sip:%2B1415@example.com', { user: '+1415' }],
    ['sip:%2b1415%2B5@example.com', { user: '+1415+5' }],
    ['sip:4155550123:secret@example.com', { user: '4155550123' }],
    ['sip:4155550123@example.com?subject=a@b', { user: '4155550123' }],
    ['sip:a@b@example.com', { user: 'a@b' }],
    ['sip:1415;isub=7;EXT=204;ext=9@example.com', { user: '1415', extension: '204' }],
    ['sip:1415;text=204@example.com', { user: '1415' }],
    ['sip:1415;ext=204a@example.com', { user: '1415' }],
    ['desk-sip:5@example.com', { user: 'desk-sip' }],
    ['@example.com', { user: '' }],
    ['', { user: '' }],
  ])('%s', (address, part) => expect(readUserPart(address)).toStrictEqual(part));
});
