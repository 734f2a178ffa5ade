import { test } from '@fast-check/vitest';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { coerceDomain, type DomainReason, normalizeDomain } from '../../../../src/core/domain/domain.ts';
import { expectWords } from '../told.ts';

describe('the domain', () => {
  it.each([
    'acme.com',
    'ACME.com',
    ' acme.com\n',
    'www.acme.com',
    'WWW.Acme.Com.',
    'http://acme.com',
    'https://www.acme.com/',
    'HTTPS://www.acme.com:8443/about/us?x=1#top',
    '//acme.com/x',
    'ftp://acme.com',
    'https:acme.com',
    'acme.com:8080',
    'acme.com/path',
    'acme.com?utm=1',
    'alice@acme.com',
    'mailto:Alice@ACME.com',
    'https://user:secret@acme.com/x',
  ])('of %j is acme.com', (raw) => expect(normalizeDomain(raw)).toEqual({ ok: true, domain: 'acme.com' }));

  it.each([
    ['https://shop.acme.co.uk/', 'shop.acme.co.uk'],
    ['www2.acme.com', 'www2.acme.com'],
    ['www.com', 'www.com'],
    ['http://www.www.com', 'www.com'],
    ['müller.de', 'xn--mller-kva.de'],
    ['XN--MLLER-KVA.de', 'xn--mller-kva.de'],
    ['http://例え.テスト/', 'xn--r8jz45g.xn--zckzah'],
    ['ａｃｍｅ.com', 'acme.com'],
    ['3m.com', '3m.com'],
    ['a.b-c.travel', 'a.b-c.travel'],
  ])('of %j is %s', (raw, domain) => expect(normalizeDomain(raw)).toEqual({ ok: true, domain }));

  it.each<readonly [DomainReason, readonly unknown[]]>([
    ['blank', [null, undefined, '', '  \n']],
    ['not_text', [7, true, {}, ['acme.com']]],
    ['ip_address', ['127.0.0.1', 'http://10.0.0.7:80/x', 'http://[::1]/', '1.2.3.4.']],
    ['not_public', ['http://crm.local', 'localhost', 'server.internal', 'box.lan/path']],
    [
      'not_a_host',
      [
        ...['n/a', 'none', '-', '.', '..', 'acme', 'www.', 'acme.', '.com', 'acme..com', '-acme.com', 'acme-.com', 'acme.c', 'acme.123x'],
        ...['acme com', 'acme.com globex.com', 'acme.com, globex.com', 'acme.com,globex.com', 'acme\n.com', 'see acme.com', 'a_b.com'],
        ...['javascript:alert(1)', 'acme.com:999999', 'https://', 'mailto:', `${'a'.repeat(64)}.com`, `${'a.'.repeat(130)}com`, '@', 'a@b'],
      ],
    ],
  ])('is not there: %s', (reason, raws) => {
    for (const raw of raws) expect([raw, normalizeDomain(raw)]).toEqual([raw, { ok: false, reason }]);
  });

  test.prop([fc.oneof(fc.anything(), fc.string({ unit: 'binary' }), fc.webUrl(), fc.emailAddress(), fc.domain())])(
    'of anything is told without a throw, and is its own domain',
    (raw) => {
      const read = normalizeDomain(raw);
      if (!read.ok) return;
      expect(normalizeDomain(read.domain)).toEqual(read);
      expect(normalizeDomain(`https://www.${read.domain.toUpperCase()}:443/x?y#z`)).toEqual(read);
      expect(normalizeDomain(`someone@${read.domain}`)).toEqual(read);
      expect(read.domain).toMatch(/^[a-z0-9.-]+\.[a-z0-9-]+$/);
    },
  );
});

describe("a company's field `domain`", () => {
  it('holds the host', () => {
    expect(coerceDomain('https://www.acme.com/about')).toEqual({ ok: true, value: 'acme.com' });
    expect(coerceDomain('  ')).toEqual({ ok: true, value: null });
  });

  it.each([7, 'n/a', '10.0.0.1', 'localhost'])('refuses %j, and says what to do', (raw) => {
    const refused = coerceDomain(raw);
    if (refused.ok) throw new Error('was not refused');
    expect(refused.code).toBe('not_a_domain');
    expectWords(refused);
  });
});
