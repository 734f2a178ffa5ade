import { describe, expect, it } from 'vitest';
import { phoneSpellings } from '../../../src/core/phone-spellings.ts';

describe('phoneSpellings', () => {
  it('spells a number as people of its country type it', () => {
    const us = phoneSpellings('+14155550123')!;
    expect(us.texts).toEqual(
      expect.arrayContaining([
        '+14155550123',
        '14155550123',
        '4155550123',
        '(415) 555-0123',
        '415-555-0123',
        '415.555.0123',
        '+1 415 555 0123',
      ]),
    );
    expect(us.country).toBe('US');
    const swiss = phoneSpellings('+41446681800')!;
    expect(swiss.texts).toEqual(expect.arrayContaining(['+41446681800', '0446681800', '044 668 18 00', '+41 44 668 18 00']));
    expect(swiss.country).toBe('CH');
  });
  it('searches digits only', () => {
    expect(phoneSpellings('+14155550123')!.searchTerms).toEqual(['4155550123', '14155550123', '415 555 0123']);
    for (const term of phoneSpellings('+493012345678')!.searchTerms) expect(term).toMatch(/^\d+( \d+)*$/);
  });
  it.each(['4155550123', '', '+', "+1415' OR", '+0123456789', 'anonymous'])('%s is no E.164 number', (text) =>
    expect(phoneSpellings(text)).toBeNull(),
  );
});
