import { describe, expect, it } from 'vitest';
import type { Agreed } from '../../../../src/core/link/link.ts';
import { doubtfulFields, foreignFields } from '../../../../src/core/sync/foreign-fields.ts';
import { planOutbound } from '../../../../src/core/sync/outbound.ts';
import { planFields } from '../../../../src/core/sync/plan-fields.ts';
import type { Value } from '../../../../src/core/values/value.ts';
import { compiled, contactOf, linkOf, START } from '../world.ts';

const mapping = compiled([
  { crm: 'Email', field: 'email', direction: 'both' },
  { crm: 'Notes', field: 'notes', direction: 'outbound' },
]);

describe('what another CRM gave (R25)', () => {
  const CASES: Record<string, readonly [pair: Agreed, contact: Value, foreign: readonly string[]]> = {
    'a value that was taken from it, and is still there': [{ local: 'a', remote: 'A' }, 'a', ['email']],
    'a field that it cleared': [{ local: null, remote: null }, null, ['email']],
    'not once somebody edited it here': [{ local: 'a', remote: 'A' }, 'b', []],
    'not what was sent there': [{ local: 'a', remote: 'A', ours: true }, 'a', []],
  };
  it.each(Object.keys(CASES))('%s', (name) => {
    const [pair, email, foreign] = CASES[name]!;
    expect(foreignFields({ email }, [{ body: { base: { email__c: pair } }, fields: { email__c: 'email' } }])).toEqual(foreign);
  });
  it('not of a mapping key that is not known any more', () => {
    expect(foreignFields({ email: 'a' }, [{ body: { base: { email__c: { local: 'a', remote: 'A' } } }, fields: {} }])).toEqual([]);
    expect(foreignFields({}, [{ body: { base: { email__c: { local: null, remote: null } } }, fields: {} }])).toEqual([]);
  });
});

describe('a field of which it is open whether another CRM gave it or somebody took their edit back (R25)', () => {
  const fields = { email__c: 'email' };
  const NONE = { base: {}, sent: [] };
  const sent = (value: Value) => ({ op: 'o1', at: START, until: START + 1, values: { email__c: { local: value, remote: value } } });
  const CASES: Record<string, readonly [own: Parameters<typeof doubtfulFields>[2][number]['body'], doubtful: readonly string[]]> = {
    'nothing was ever sent to this CRM': [NONE, []],
    'this CRM gave something else': [{ base: { email__c: { local: 'b', remote: 'b' } }, sent: [] }, ['email']],
    'this CRM gave the same': [{ base: { email__c: { local: 'a', remote: 'a' } }, sent: [] }, []],
    'something else was sent to this CRM': [{ base: { email__c: { local: 'b', remote: 'b', ours: true } }, sent: [] }, ['email']],
    'the same was sent to this CRM': [{ base: { email__c: { local: 'a', remote: 'a', ours: true } }, sent: [] }, []],
    'something is on its way to this CRM': [{ base: {}, sent: [sent('b')] }, ['email']],
  };
  it.each(Object.keys(CASES))('%s', (name) => {
    const [body, doubtful] = CASES[name]!;
    expect(doubtfulFields({ email: 'a' }, ['email'], [{ body, fields }])).toEqual(doubtful);
  });

  const GAVE_B = { base: { email__c: { local: 'b', remote: 'b' } }, sent: [] };
  it('is told by any of the fields that it is mapped to here, and by no other', () => {
    const two = { phone__c: 'phone_number', ...fields, email2__c: 'email' };
    expect(doubtfulFields({ email: 'a' }, ['email'], [{ body: GAVE_B, fields: two }])).toEqual(['email']);
    const other = { base: { notes__c: { local: 'b', remote: 'b' }, email__c: { local: 'a', remote: 'a' } }, sent: [] };
    expect(doubtfulFields({ email: 'a', notes: 'c' }, ['email'], [{ body: other, fields: { ...fields, notes__c: 'notes' } }])).toEqual([]);
    expect(doubtfulFields({ email: 'a' }, ['email'], [{ body: GAVE_B, fields: {} }])).toEqual([]);
  });
  it('is told by any of the records that the contact has here', () => {
    const links = [
      { body: NONE, fields },
      { body: GAVE_B, fields },
    ];
    expect(doubtfulFields({ email: 'a' }, ['email'], links)).toEqual(['email']);
    expect(doubtfulFields({ email: 'a' }, ['email'], [])).toEqual([]);
  });
});

describe('where a half of the pair came from', () => {
  const pairOf = (before: Agreed | undefined, local: Value, remote: Value) => {
    const link = linkOf(mapping, { body: { base: before === undefined ? {} : { Email: before }, sent: [], held: {}, modifiedAt: null } });
    const record = { id: 'r1', fields: { Email: remote } };
    const input = { mapping, record, contactId: 'c1', fields: { email: local }, link, readAt: START, isTaken: () => false };
    return planFields(input).body.base['Email'];
  };
  it('taken from the CRM', () => expect(pairOf({ local: 'a', remote: 'a' }, 'a', 'b')).toBe('b'));
  it('here before the two met', () => expect(pairOf(undefined, 'a', 'a')).toEqual({ local: 'a', remote: 'a', ours: true }));
  it('both came to the same value', () => {
    expect(pairOf({ local: 'a', remote: 'a' }, 'b', 'b')).toEqual({ local: 'b', remote: 'b', ours: true });
  });
});

describe('what another CRM gave is not sent to this one (R25)', () => {
  const pairs = {
    Phone: { local: '+14155550123', remote: '+14155550123' },
    Email: { local: 'a', remote: 'a' },
    Notes: { local: 'n', remote: 'n' },
  };
  const link = linkOf(mapping, { body: { base: pairs, sent: [], held: {}, modifiedAt: null } });
  const contact = { ...contactOf('c1', { phone_number: '+14155550123', email: 'b', notes: 'm' }), foreign: ['email', 'notes'] };

  it('nor is the record read for it; anything else is', () => {
    expect(planOutbound({ mapping, contacts: [contact], links: [link], now: START }).contacts).toMatchObject([{ action: 'none' }]);
    const mixed = { ...contact, foreign: ['email'] };
    expect(planOutbound({ mapping, contacts: [mixed], links: [link], now: START }).writes).toMatchObject([{ values: { Notes: 'm' } }]);
  });

  it('nor does a pull say that it is left to send', () => {
    const input = { mapping, contactId: 'c1', fields: contact.fields, link, readAt: START, isTaken: () => false };
    const record = { id: 'r1', fields: { Phone: '+14155550123', Email: 'a', Notes: 'n' } };
    expect([planFields({ ...input, record }).send, planFields({ ...input, record, foreign: contact.foreign }).send]).toEqual([true, false]);
  });
});
