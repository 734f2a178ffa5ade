import { test } from '@fast-check/vitest';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { identitiesOf, identityOf, planFingerprint, planName } from '../../../../src/core/mapping/plan-fingerprint.ts';

const mappings = fc.record({ crmObject: fc.string(), timeZone: fc.string() });
const rules = fc.array(fc.record({ key: fc.string(), field: fc.string() }), { maxLength: 12 });

test.prop([mappings, rules])('tells its name and its rules again', (mapping, of) => {
  const identities = of.map(identityOf);
  const plan = planFingerprint(mapping, identities);
  expect(planName(plan)).toBe(planFingerprint(mapping, []));
  expect(identitiesOf(plan)).toEqual(new Set(identities));
});

test.prop([mappings, rules])('the order of rules does not count', (mapping, of) => {
  const identities = of.map(identityOf);
  expect(planFingerprint(mapping, [...identities].reverse())).toBe(planFingerprint(mapping, identities));
});

it('is short: ten digits, and six for each rule', () => {
  const identities = Array.from({ length: 10 }, (_, index) => identityOf({ key: `Field${index}` }));
  expect(planFingerprint({ crmObject: 'Contact' }, identities)).toMatch(/^[\w-]{70}$/);
});

it('knows no rules of a link that was never planned', () => expect(identitiesOf('')).toEqual(new Set()));

it('twenty thousand rules have as many identities', () => {
  const identities = Array.from({ length: 20_000 }, (_, index) => identityOf({ key: `Field${index}`, field: 'notes' }));
  expect(new Set(identities).size).toBe(identities.length);
});
