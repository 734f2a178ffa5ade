import { test } from '@fast-check/vitest';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Agreed } from '../../../../src/core/link/link.ts';
import { agreed, agreedOn, halvesOf, localOf, pairOf, remoteOf } from '../../../../src/core/link/pair.ts';
import type { Value } from '../../../../src/core/values/value.ts';

const value: fc.Arbitrary<Value> = fc.oneof(fc.constantFrom('', 'a', 'A', null, 0, 1, true, false), fc.string(), fc.integer());
const pairs = fc.record({ local: value, remote: value, ours: fc.constant(true as const) }, { requiredKeys: ['local', 'remote'] });
const stored = <T>(data: T): T => JSON.parse(JSON.stringify(data));

describe('a pair of a link', () => {
  it('is the value alone where both sides spell it the same way', () => {
    expect(agreed('Web', 'Web')).toBe('Web');
    expect(agreed(null, null)).toBeNull();
    expect(agreed('+14155550123', '(415) 555-0123')).toEqual({ local: '+14155550123', remote: '(415) 555-0123' });
    expect(agreed(null, '')).toEqual({ local: null, remote: '' });
    expect(agreed(7, '7')).toEqual({ local: 7, remote: '7' });
  });

  it('that did not come from the CRM says so, whatever its halves', () =>
    expect(pairOf({ local: 'Web', remote: 'Web', ours: true })).toEqual({ local: 'Web', remote: 'Web', ours: true }));

  it('of nulls is one, and not the same as none', () => {
    expect(agreedOn({ Status: null }, 'Status')).toEqual({ local: null, remote: null });
    expect(agreedOn({ Status: null }, 'Email')).toBeUndefined();
    expect(agreedOn({}, 'constructor')).toBeUndefined();
  });

  test.prop([pairs])('is read back from its JSON as it was agreed on', (pair: Agreed) => {
    const { base } = stored({ base: { Status: pairOf(pair) } });
    expect(agreedOn(base, 'Status')).toEqual(pair);
    expect(halvesOf(base.Status)).toEqual(pair);
    expect([localOf(base.Status), remoteOf(base.Status)]).toEqual([pair.local, pair.remote]);
  });

  test.prop([pairs])('means the same with both halves written out', (pair: Agreed) => {
    expect(agreedOn({ Status: pair }, 'Status')).toEqual(agreedOn({ Status: pairOf(pair) }, 'Status'));
    expect([localOf(pair), remoteOf(pair)]).toEqual([localOf(pairOf(pair)), remoteOf(pairOf(pair))]);
  });
});
