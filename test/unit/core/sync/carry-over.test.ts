import { describe, expect, it } from 'vitest';
import { deepFreeze } from '../../../../src/core/base/freeze.ts';
import type { LinkBody } from '../../../../src/core/link/link.ts';
import type { CompileOptions } from '../../../../src/core/mapping/mapping-types.ts';
import { carryOver } from '../../../../src/core/sync/carry-over.ts';
import { compiled, type Rule } from '../world.ts';

const SOURCE = { crm: 'LeadSource', field: 'notes', direction: 'both' } as const satisfies Rule;
const before = compiled([SOURCE]);
const body: LinkBody = deepFreeze({
  base: { Phone: { local: '+14155550123', remote: '(415) 555-0123' }, LeadSource: { local: 'Web', remote: 'Web' } },
  sent: [{ op: 'op', at: 1, until: 2, values: {} }],
  held: {},
  modifiedAt: '2026-01-05T08:00:00.000Z',
});

describe('which pairs hold under another mapping (R17)', () => {
  interface Case {
    readonly rules: readonly Rule[];
    readonly options?: CompileOptions;
    readonly kept: readonly string[];
  }
  const CASES: Record<string, Case> = {
    'the same': { rules: [SOURCE], kept: ['Phone', 'LeadSource'] },
    'another direction': { rules: [{ ...SOURCE, direction: 'outbound' }], kept: ['Phone', 'LeadSource'] },
    'another policy, and what blank does': { rules: [{ ...SOURCE, conflict: 'local', blank: 'keep' }], kept: ['Phone', 'LeadSource'] },
    'another way to cut text': { rules: [{ ...SOURCE, overflow: 'truncate' }], kept: ['Phone', 'LeadSource'] },
    'one more rule': { rules: [SOURCE, { crm: 'Email', field: 'email', direction: 'inbound' }], kept: ['Phone', 'LeadSource'] },
    'a rule less': { rules: [], kept: ['Phone'] },
    'another contact field': { rules: [{ ...SOURCE, field: 'email' }], kept: ['Phone'] },
    'another type of field': { rules: [{ ...SOURCE, field: 'score' }], kept: ['Phone'] },
    'another value map': { rules: [{ ...SOURCE, valueMap: { Web: 'Website' } }], kept: ['Phone'] },
    'a transform': { rules: [{ ...SOURCE, direction: 'inbound', transform: 'trim' }], kept: ['Phone'] },
    'one more CRM field': { rules: [{ ...SOURCE, direction: 'inbound', crm: ['LeadSource', 'Source__c'] }], kept: ['Phone'] },
    'another country: numbers are read otherwise': { rules: [SOURCE], options: { defaultCountry: 'DE' }, kept: ['LeadSource'] },
    'another zone: only times are read otherwise': { rules: [SOURCE], options: { timeZone: 'Asia/Tokyo' }, kept: ['Phone', 'LeadSource'] },
  };
  it.each(Object.keys(CASES))('%s', (name) => {
    const { rules, options, kept } = CASES[name]!;
    const { base, ...rest } = carryOver(compiled(rules, {}, options), before.planFingerprint, body);
    expect(Object.keys(base)).toEqual(kept);
    for (const key of kept) expect(base[key]).toBe(body.base[key]);
    expect(rest).toEqual({ sent: body.sent, held: {}, modifiedAt: body.modifiedAt });
  });
});

it('nothing of it stays where the fingerprint says nothing of the rules', () => {
  expect(carryOver(before, '', body).base).toEqual({});
});

it('held fields are tried again after any change, and under the same mapping they are not (R12)', () => {
  const held = { LeadSource: { code: 'x', remedy: '', valueHash: 'x', retryAt: null } };
  const after = compiled([{ ...SOURCE, blank: 'keep' }]);
  expect(carryOver(after, before.planFingerprint, { ...body, held })).toEqual(body);
  expect(carryOver(before, before.planFingerprint, { ...body, held }).held).toBe(held);
});

it('a body that holds as a whole is the same object', () => {
  expect(carryOver(before, before.planFingerprint, body)).toBe(body);
  expect(carryOver(compiled([{ ...SOURCE, blank: 'keep' }]), before.planFingerprint, body)).toBe(body);
});
