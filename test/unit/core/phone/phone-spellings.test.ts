import { describe, expect, it } from 'vitest';
import { phoneSpellings } from '../../../../src/core/phone/phone-spellings.ts';

describe('phoneSpellings', () => {
  it.each<readonly [e164: string, country: string | undefined, texts: readonly string[]]>([
    [
      '+14155550123',
      'US',
      [
        ...['+14155550123', '14155550123', '0014155550123', '4155550123', '(415) 555-0123', '+1 415 555 0123', '+1-415-555-0123'],
        ...['415-555-0123', '415.555.0123', '415 555 0123', '+1 (415) 555-0123', '1-415-555-0123', '1 (415) 555-0123'],
      ],
    ],
    [
      '+41446681800',
      'CH',
      [
        ...['+41446681800', '41446681800', '0041446681800', '446681800', '0446681800', '044 668 18 00', '+41 44 668 18 00'],
        ...['+41-44-668-18-00', '044-668-18-00', '044.668.18.00', '+41 044 668 18 00'],
      ],
    ],
    ['+6512345678', 'SG', ['+6512345678', '6512345678', '006512345678', '12345678', '+65 12345678', '+65-12345678']],
  ])('spells %s as people of its country type it', (e164, country, texts) => {
    expect(phoneSpellings(e164)!.texts.toSorted()).toEqual(texts.toSorted());
    expect(phoneSpellings(e164)!.country).toBe(country);
  });
  it('takes a country of its calling code where the number tells none', () => {
    expect(phoneSpellings('+15555550123')!.country).toBe('US');
    expect(phoneSpellings('+4912')).toBeNull();
    expect(phoneSpellings('+882161234567')!.country).toBeUndefined();
  });
  it('searches digits only', () => {
    expect(phoneSpellings('+14155550123')!.searchTerms).toEqual(['4155550123', '14155550123', '415 555 0123']);
    for (const term of phoneSpellings('+493012345678')!.searchTerms) expect(term).toMatch(/^\d+( \d+)*$/);
  });
  it.each(['4155550123', '', '+', "+1415' OR", '+0123456789', 'anonymous', '+1415555012345678', ' +14155550123', '+14155550123x1'])(
    '%s is no E.164 number',
    (text) => expect(phoneSpellings(text)).toBeNull(),
  );
});
