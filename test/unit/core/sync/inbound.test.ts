import { describe, expect, it } from 'vitest';
import { deepFreeze } from '../../../../src/core/base/freeze.ts';
import { hashOf } from '../../../../src/core/base/hash.ts';
import type { LinkState, Sent } from '../../../../src/core/link/link.ts';
import type { CompiledMapping, CrmRecord } from '../../../../src/core/mapping/mapping-types.ts';
import { joinPlans, planInbound } from '../../../../src/core/sync/inbound.ts';
import type { InboundInput } from '../../../../src/core/sync/inbound-types.ts';
import type { PlannedContact, PlannedLink, RecordPlan } from '../../../../src/core/sync/plan-types.ts';
import type { Value } from '../../../../src/core/values/value.ts';
import { compiled, contactOf, DESCRIBED, EMPTY, linkOf, START, schema } from '../world.ts';

const ALICE = '+14155550123';
const BOB = '+14155550124';
const mapping = compiled([
  { crm: 'FirstName', field: 'first_name', direction: 'inbound' },
  { crm: 'Status', field: 'lead_status', direction: 'both' },
]);
const recordOf = (id: string, fields: Readonly<Record<string, unknown>>, modifiedAt = '2026-01-05T08:00:00.000Z'): CrmRecord => ({
  id,
  fields,
  modifiedAt,
});
/** Plans frozen input: nothing that is given may be changed. What is passed over comes with a sentence about what to do. */
const plan = (input: Partial<InboundInput> & Pick<InboundInput, 'records'>) => {
  const planned = planInbound(deepFreeze({ mapping, contacts: [], now: START, ...input }));
  for (const one of planned.records) if (one.action === 'skip') expect(one.remedy, one.reason).toMatch(/^[A-Z].*\.$/s);
  return planned;
};
const planOne = (record: CrmRecord, input: Partial<InboundInput> = {}): RecordPlan => plan({ records: [record], ...input }).records[0]!;
/** `<record> <action> [<contact or reason>]` per record. */
const outline = (plans: readonly RecordPlan[]): readonly string[] =>
  plans.map((one) => {
    const what = one.action === 'skip' ? one.reason : one.action === 'create' ? '' : one.contactId;
    return `${one.recordId} ${one.action} ${what}`.trim();
  });

describe('who a record belongs to', () => {
  const byPhoneAndEmail = compiled([{ crm: 'Email', field: 'email', direction: 'inbound' }], { matchKey: ['phone_number', 'email'] });
  const alice = contactOf('alice', { phone_number: ALICE, email: 'alice@example.com' });
  const bob = contactOf('bob', { phone_number: BOB, email: 'bob@example.com' });
  const link = (contactId: string, recordId: string | null, state: LinkState = 'active'): PlannedLink =>
    linkOf(byPhoneAndEmail, { id: `${contactId} ${recordId}`, contactId, recordId, state });

  interface Case {
    readonly records: readonly CrmRecord[];
    readonly contacts: readonly PlannedContact[];
    readonly links?: readonly PlannedLink[];
    readonly assigned?: Readonly<Record<string, string | null>>;
    readonly expected: readonly string[];
  }
  const CASES: Record<string, Case> = {
    'by its phone number, in whatever spelling': {
      records: [recordOf('r1', { Phone: '(415) 555-0123' })],
      contacts: [alice, bob],
      expected: ['r1 link alice'],
    },
    'by the next key where the first finds nobody': {
      records: [recordOf('r1', { Phone: '+14155550199', Email: 'bob@example.com' })],
      contacts: [alice, bob],
      expected: ['r1 update bob'],
    },
    'by the first key where two keys find two contacts': {
      records: [recordOf('r1', { Phone: ALICE, Email: 'bob@example.com' })],
      contacts: [alice, bob],
      expected: ['r1 link alice'],
    },
    'by its link, whatever its keys say (P11)': {
      records: [recordOf('r1', { Phone: BOB, Email: 'bob@example.com' })],
      contacts: [alice, bob],
      links: [link('alice', 'r1')],
      expected: ['r1 unchanged alice'],
    },
    'to a new contact where nobody has its keys': {
      records: [recordOf('r1', { Phone: '+14155550199' })],
      contacts: [alice],
      expected: ['r1 create'],
    },
    'to nobody without a usable key': {
      records: [recordOf('r1', { Phone: 'call me', Email: null }), recordOf('r2', { Phone: null }), recordOf('r3', {})],
      contacts: [alice],
      expected: ['r1 skip no_match_key', 'r2 skip no_match_key', 'r3 skip no_match_key'],
    },
    'to nobody where two contacts have its number': {
      records: [recordOf('r1', { Phone: ALICE })],
      contacts: [alice, { ...bob, fields: { ...bob.fields, phone_number: ALICE } }],
      expected: ['r1 skip ambiguous'],
    },
    'to nobody where the contact has another record (R19)': {
      records: [recordOf('r2', { Phone: ALICE })],
      contacts: [alice],
      links: [link('alice', 'r1')],
      expected: ['r2 skip ambiguous'],
    },
    'to a contact whose other record is gone': {
      records: [recordOf('r2', { Phone: ALICE, Email: 'alice@example.com' })],
      contacts: [alice],
      links: [link('alice', 'r1', 'tombstone')],
      expected: ['r2 link alice'],
    },
    'to nobody where only the number speaks for a contact whose other record is gone': {
      records: [recordOf('r2', { Phone: ALICE, Email: 'somebody@example.com' })],
      contacts: [alice],
      links: [link('alice', 'r1', 'tombstone')],
      expected: ['r2 skip ambiguous'],
    },
    'to nobody where a contact whose other record is gone is not the only one': {
      records: [recordOf('r2', { Phone: ALICE, Email: 'alice@example.com' })],
      contacts: [alice, { ...bob, fields: { ...bob.fields, phone_number: ALICE } }],
      links: [link('alice', 'r1', 'tombstone')],
      expected: ['r2 skip ambiguous'],
    },
    'not to the contact that it was taken from by hand, nor to a new one with the same number': {
      records: [recordOf('r1', { Phone: ALICE, Email: 'alice@example.com' })],
      contacts: [alice],
      links: [link('alice', 'r1', 'declined')],
      expected: ['r1 skip ambiguous'],
    },
    'to the other contact with its number where one was ruled out by hand': {
      records: [recordOf('r1', { Phone: ALICE, Email: 'bob@example.com' })],
      contacts: [alice, { ...bob, fields: { ...bob.fields, phone_number: ALICE } }],
      links: [link('alice', 'r1', 'declined')],
      expected: ['r1 link bob'],
    },
    'to another record of the contact that it was taken from': {
      records: [recordOf('r2', { Phone: ALICE, Email: 'alice@example.com' })],
      contacts: [alice],
      links: [link('alice', 'r1', 'declined')],
      expected: ['r2 link alice'],
    },
    'to the contact that the host named, whatever its keys': {
      records: [recordOf('r1', { Phone: ALICE, Email: 'alice@example.com' })],
      contacts: [alice, contactOf('eve', { email: 'eve@example.com' })],
      assigned: { r1: 'eve' },
      expected: ['r1 link eve'],
    },
    'to a new contact where the host said so, although another one has its number': {
      records: [recordOf('r1', { Phone: ALICE })],
      contacts: [alice],
      assigned: { r1: null },
      expected: ['r1 create'],
    },
    'not to a contact that the host named and that has another record': {
      records: [recordOf('r2', { Phone: BOB })],
      contacts: [alice, bob],
      links: [link('alice', 'r1')],
      assigned: { r2: 'alice' },
      expected: ['r2 skip ambiguous'],
    },
    'to nobody where the contact wants no record': {
      records: [recordOf('r1', { Phone: ALICE })],
      contacts: [alice],
      links: [link('alice', null, 'declined')],
      expected: ['r1 skip ambiguous'],
    },
    'not to a removed contact': {
      records: [recordOf('r1', { Phone: ALICE })],
      contacts: [{ id: 'alice', fields: {}, removed: true }],
      links: [link('alice', 'r1')],
      expected: ['r1 skip contact_removed'],
    },
    'to its live link, whatever past links it has': {
      records: [recordOf('r1', { Phone: ALICE, Email: 'alice@example.com' })],
      contacts: [alice, bob],
      links: [link('alice', 'r1'), link('bob', 'r1', 'tombstone')],
      expected: ['r1 link alice'],
    },
    'the second of two records with one new number waits (R19)': {
      records: [recordOf('r1', { Phone: '+14155550199' }), recordOf('r2', { Phone: '+14155550199' })],
      contacts: [],
      expected: ['r1 create', 'r2 skip ambiguous'],
    },
    'a linked record comes before one that only has the number': {
      records: [recordOf('r2', { Phone: BOB }), recordOf('r1', { Phone: BOB })],
      contacts: [alice],
      links: [link('alice', 'r1')],
      expected: ['r2 skip ambiguous', 'r1 update alice'],
    },
    'a number that a linked record leaves behind in the page is free': {
      records: [recordOf('r2', { Phone: ALICE }), recordOf('r1', { Phone: '+14155550199' })],
      contacts: [alice],
      links: [link('alice', 'r1')],
      expected: ['r2 create', 'r1 update alice'],
    },
    'a number that another linked record leaves can be moved to, whatever the order': {
      records: [recordOf('r1', { Phone: BOB }), recordOf('r2', { Phone: '+14155550199' })],
      contacts: [alice, bob],
      links: [link('alice', 'r1'), link('bob', 'r2')],
      expected: ['r1 update alice', 'r2 update bob'],
    },
    'two contacts change places': {
      records: [recordOf('r1', { Phone: BOB }), recordOf('r2', { Phone: ALICE })],
      contacts: [alice, bob],
      links: [link('alice', 'r1'), link('bob', 'r2')],
      expected: ['r1 update alice', 'r2 update bob'],
    },
    'of two that want one number the first gets it': {
      records: [recordOf('r1', { Phone: '+14155550199' }), recordOf('r2', { Phone: '+14155550199' })],
      contacts: [alice, bob],
      links: [link('alice', 'r1'), link('bob', 'r2')],
      expected: ['r1 update alice', 'r2 unchanged bob'],
    },
    'one that can not move keeps its number from others': {
      records: [recordOf('r2', { Phone: ALICE }), recordOf('r1', { Phone: '+14155550199' })],
      contacts: [alice, bob, contactOf('eve', { phone_number: '+14155550199' })],
      links: [link('alice', 'r1'), link('bob', 'r2'), link('eve', 'r9')],
      expected: ['r2 unchanged bob', 'r1 unchanged alice'],
    },
    'a key that a contact gives up at its first link is free for a linked one': {
      records: [recordOf('r1', { Phone: '+14155550199' }), recordOf('r2', { Phone: BOB, Email: 'bob@example.com' })],
      contacts: [alice, contactOf('bob', { phone_number: '+14155550199', email: 'bob@example.com' })],
      links: [link('alice', 'r1')],
      expected: ['r1 update alice', 'r2 update bob'],
    },
    'a number that is left by one that goes on without another key is free': {
      records: [recordOf('r2', { Phone: ALICE }), recordOf('r1', { Phone: '+14155550199', Email: 'bob@example.com' })],
      contacts: [alice, bob],
      links: [link('alice', 'r1')],
      expected: ['r2 create', 'r1 update alice'],
    },
    'a key waits for a contact that is only found once another one has its record': {
      records: [
        recordOf('r1', { Phone: '+14155550199', Email: 'carl@example.com' }),
        recordOf('r2', { Phone: BOB, Email: 'new@example.com' }),
        recordOf('r3', { Phone: '+14155550188', Email: 'bob@example.com' }),
      ],
      contacts: [
        contactOf('eve', { phone_number: '+14155550199', email: 'eve@example.com' }),
        bob,
        contactOf('carl', { phone_number: BOB, email: 'carl@example.com' }),
      ],
      links: [link('eve', 'r1')],
      expected: ['r1 update eve', 'r2 update carl', 'r3 update bob'],
    },
    'who waits is looked at again after one that goes on without the key it can not have': {
      records: [recordOf('r1', { Phone: ALICE }), recordOf('r2', { Phone: '+14155550199', Email: 'bob@example.com' })],
      contacts: [
        contactOf('alice', { phone_number: ALICE }),
        contactOf('bob', { phone_number: ALICE, email: 'bob@example.com' }),
        contactOf('eve', { phone_number: '+14155550199' }),
      ],
      links: [link('eve', 'r9')],
      expected: ['r1 link alice', 'r2 link bob'],
    },
    'a shared number is settled by the other key, whatever the order': {
      records: [recordOf('r1', { Phone: ALICE }), recordOf('r2', { Phone: '+14155550199', Email: 'bob@example.com' })],
      contacts: [alice, { ...bob, fields: { ...bob.fields, phone_number: ALICE } }],
      expected: ['r1 link alice', 'r2 update bob'],
    },
  };
  it.each(Object.keys(CASES))('%s', (name) => {
    const { records, contacts, links = [], assigned = {}, expected } = CASES[name]!;
    expect(outline(plan({ mapping: byPhoneAndEmail, records, contacts, links, assigned }).records)).toEqual(expected);
  });

  it('an ambiguous record names who it could belong to, each once, and what it waits for', () => {
    const both = { ...bob, fields: { ...alice.fields } };
    const one = planOne(recordOf('r1', { Phone: ALICE, Email: 'alice@example.com' }), {
      mapping: byPhoneAndEmail,
      contacts: [alice, both],
    });
    expect(one).toMatchObject({ candidates: ['alice', 'bob'], keys: { phone_number: ALICE, email: 'alice@example.com' } });
    const { records } = plan({ records: [recordOf('r1', { Phone: BOB }), recordOf('r2', { Phone: BOB })] });
    expect(records[1]).toMatchObject({ reason: 'ambiguous', candidates: [] }); // the contact that the page makes has no id yet
  });

  it('an unusable key is told with what to do about it', () => {
    expect(planOne(recordOf('r1', { Phone: '555' })).refused).toMatchObject([
      { recordId: 'r1', contactId: null, field: 'phone_number', crm: 'Phone', code: 'not_a_phone_number' },
    ]);
  });
});

describe('what becomes of a link whose record is there, by its state', () => {
  const EXPECTED: Record<LinkState, readonly [matching: string, notMatching: string]> = {
    creating: ['unchanged', 'filtered → left_filter'],
    active: ['unchanged', 'filtered → left_filter'],
    ambiguous: ['unchanged', 'filtered → left_filter'],
    missing: ['link → active', 'filtered → left_filter'],
    left_filter: ['link → active', 'filtered'],
    tombstone: ['link → active', 'filtered → left_filter'],
    superseded: ['superseded', 'superseded'],
    declined: ['ambiguous', 'filtered'],
  };
  const filtered = compiled([], { filter: { field: 'Active', eq: true } });
  const alice = contactOf('c1', { phone_number: ALICE });
  const became = (state: LinkState, active: boolean): string => {
    const link = linkOf(filtered, {
      state,
      body: { base: { Phone: { local: ALICE, remote: ALICE } }, sent: [], held: {}, modifiedAt: null },
    });
    const record = recordOf('r1', { Phone: ALICE, Active: active });
    const one = planOne(record, { mapping: filtered, contacts: [alice], links: [link] });
    const next = 'link' in one && one.link !== undefined ? ` → ${one.link.state}` : '';
    return `${one.action === 'skip' ? one.reason : one.action}${next}`;
  };
  it.each(Object.keys(EXPECTED) as LinkState[])('%s', (state) => {
    expect([became(state, true), became(state, false)]).toEqual(EXPECTED[state]);
  });

  it('a tombstone does not come back where its contact has another record', () => {
    const links = [linkOf(mapping, { state: 'tombstone' }), linkOf(mapping, { id: 'l2', recordId: 'r2' })];
    const one = planOne(recordOf('r1', { Phone: ALICE }), { contacts: [alice], links });
    expect(one).toMatchObject({ action: 'skip', reason: 'superseded', contactId: 'c1' });
  });

  it('of two tombstones of a contact only one comes back', () => {
    const links = [linkOf(mapping, { state: 'tombstone' }), linkOf(mapping, { id: 'l2', recordId: 'r2', state: 'tombstone' })];
    const records = [recordOf('r1', { Phone: ALICE }), recordOf('r2', { Phone: ALICE })];
    expect(outline(plan({ records, contacts: [alice], links }).records)).toEqual(['r1 link c1', 'r2 skip superseded']);
  });

  it('a tombstone comes back without a number that another contact has by now', () => {
    const base = { Phone: { local: ALICE, remote: ALICE } };
    const link = linkOf(mapping, { state: 'tombstone', body: { base, sent: [], held: {}, modifiedAt: null } });
    const one = planOne(recordOf('r1', { Phone: BOB }), { contacts: [alice, contactOf('c2', { phone_number: BOB })], links: [link] });
    expect(one).toMatchObject({ action: 'link', contactId: 'c1', link: { state: 'active' }, refused: [{ code: 'match_key_taken' }] });
  });

  it('a revived contact is no candidate for another record of the page', () => {
    const records = [recordOf('r9', { Phone: ALICE }), recordOf('r1', { Phone: ALICE })];
    const result = plan({ records, contacts: [alice], links: [linkOf(mapping, { state: 'tombstone' })] });
    expect(outline(result.records)).toEqual(['r9 skip ambiguous', 'r1 link c1']);
  });

  it('a filter sees nested parents, as the rules do', () => {
    const byAccount = compiled([], { filter: { field: 'Account.Type', eq: 'Customer' } });
    const nested = (type: string | null) => recordOf('r1', { Phone: ALICE, Account: type === null ? null : { Type: type } });
    expect([nested('customer'), nested('Other'), nested(null)].map((record) => planOne(record, { mapping: byAccount }).action)).toEqual([
      'create',
      'skip',
      'skip',
    ]);
  });
});

describe('a new contact', () => {
  it('has every field of the schema, a link that is up to date, and claims its keys', () => {
    const one = planOne(recordOf('r1', { Phone: '415 555 0123', FirstName: 'Alice', Status: null }));
    expect(one).toMatchObject({
      action: 'create',
      fields: Object.fromEntries(
        Object.keys(schema.fields).map((name) => [name, name === 'phone_number' ? ALICE : name === 'first_name' ? 'Alice' : null]),
      ),
      keys: { phone_number: ALICE },
      link: { object: 'Contact', recordId: 'r1', state: 'active', seen: 'after', plan: mapping.planFingerprint },
    });
    expect('link' in one && one.link?.body).toEqual({
      base: {
        Phone: { local: ALICE, remote: '415 555 0123' },
        FirstName: 'Alice',
        Status: null,
      },
      sent: [],
      held: {},
      modifiedAt: '2026-01-05T08:00:00.000Z',
    });
  });

  it('is made although a field is refused, and the field is told (P7)', () => {
    const one = planOne(recordOf('r1', { Phone: ALICE, FirstName: 'Alice', Status: 'Weird' }));
    expect(one).toMatchObject({ action: 'create', fields: { first_name: 'Alice', lead_status: null } });
    expect(one.refused).toMatchObject([{ recordId: 'r1', contactId: null, field: 'lead_status', crm: 'Status', code: 'unknown_option' }]);
    expect('link' in one && Object.keys(one.link?.body.base ?? {})).toEqual(['Phone', 'FirstName']);
  });
});

it('a new contact with a copy to send is behind from the start', () => {
  const copied = compiled([
    { crm: 'Email', field: 'email', direction: 'inbound' },
    { crm: 'Backup__c', field: 'email', direction: 'outbound' },
  ]);
  const record = recordOf('r1', { Phone: ALICE, Email: 'a@example.com', Backup__c: null });
  expect(planOne(record, { mapping: copied })).toMatchObject({ action: 'create', link: { seen: null } });
});

it('a match key that the mapping can not use finds nobody', () => {
  const phone = { ...DESCRIBED, name: 'Phone', label: 'Phone', type: 'unsupported' } as const;
  const unusable = compiled([], {}, { described: { name: 'Contact', label: 'Contact', fields: [phone] } });
  expect(planOne(recordOf('r1', { Phone: ALICE }), { mapping: unusable })).toMatchObject({ action: 'skip', reason: 'no_match_key' });
});

describe('an old snapshot is never planned (R6)', () => {
  const alice = contactOf('c1', { phone_number: ALICE, first_name: 'Alice' });
  const base = { Phone: { local: ALICE, remote: ALICE }, FirstName: { local: 'Alice', remote: 'Alice' } };
  const at = (syncedAt: number, modifiedAt: string | null = null): PlannedLink =>
    linkOf(mapping, { syncedAt, body: { base, sent: [], held: {}, modifiedAt } });
  const changed = recordOf('r1', { Phone: ALICE, FirstName: 'Alicia' });
  const CASES: Record<string, readonly [link: PlannedLink, fresh: boolean, action: RecordPlan['action']]> = {
    'requested long after the last change': [at(START - 2_000), false, 'update'],
    'requested within two seconds of it': [at(START - 1_999), false, 'refetch'],
    'requested before it': [at(START + 1), false, 'refetch'],
    'fetched by id within two seconds': [at(START), true, 'update'],
    'fetched by id before it': [at(START + 1), true, 'refetch'],
    'with the stamp that was planned': [at(0, '2026-01-05T08:00:00.000Z'), false, 'update'],
    'with an older stamp': [at(0, '2026-01-05T08:00:00.001Z'), false, 'refetch'],
    'fetched by id with an older stamp': [at(0, '2026-01-05T08:00:00.001Z'), true, 'refetch'],
  };
  it.each(Object.keys(CASES))('%s', (name) => {
    const [link, fresh, action] = CASES[name]!;
    const one = planOne(changed, { contacts: [alice], links: [link], fresh });
    expect(one).toMatchObject({ action, ...(action === 'refetch' && { reason: 'stale', contactId: 'c1' }) });
  });

  it('but one that changes nothing needs no second look', () => {
    expect(planOne(recordOf('r1', { Phone: ALICE, FirstName: 'Alice' }), { contacts: [alice], links: [at(START + 1)] }).action).toBe(
      'unchanged',
    );
  });

  it('nor does it take a record out of the filter', () => {
    const filtered = compiled([], { filter: { field: 'Active', eq: true } });
    const link = linkOf(filtered, { syncedAt: START });
    const record = recordOf('r1', { Phone: ALICE, Active: false });
    expect(planOne(record, { mapping: filtered, contacts: [alice], links: [link] })).toMatchObject({ action: 'refetch', reason: 'stale' });
  });

  it('tells the time in any of three spellings', () => {
    for (const now of [START, new Date(START), '2026-01-05T09:00:00Z'])
      expect(planOne(changed, { contacts: [alice], links: [at(START - 1_999)], now }).action).toBe('refetch');
  });
});

describe('match keys move with the record (R20)', () => {
  const alice = contactOf('c1', { phone_number: ALICE, first_name: 'Alice' });
  const bob = contactOf('c2', { phone_number: BOB });
  const base = { Phone: { local: ALICE, remote: '(415) 555-0123' }, FirstName: { local: 'Alice', remote: 'Alice' } };
  const links = [linkOf(mapping, { body: { base, sent: [], held: {}, modifiedAt: null } })];
  const move = (phone: Value, contacts: readonly PlannedContact[] = [alice]) =>
    planOne(recordOf('r1', { Phone: phone, FirstName: 'Alice' }), { contacts, links });

  it('to a new number, which is claimed', () => {
    expect(move('(415) 555-0199')).toMatchObject({
      action: 'update',
      fields: { phone_number: '+14155550199' },
      keys: { phone_number: '+14155550199' },
    });
  });
  it('not to a blank one', () => {
    expect(move(null)).toMatchObject({ action: 'link', refused: [{ code: 'match_key_blank' }] });
  });
  it('not to an invalid one', () => {
    expect(move('555')).toMatchObject({ action: 'unchanged', refused: [{ code: 'not_a_phone_number', contactId: 'c1' }] });
  });
  it('not to that of another contact; the rest of the record goes on', () => {
    const one = planOne(recordOf('r1', { Phone: BOB, FirstName: 'Alicia' }), { contacts: [alice, bob], links });
    expect(one).toMatchObject({
      action: 'update',
      fields: { first_name: 'Alicia' },
      keys: EMPTY,
      refused: [{ field: 'phone_number', code: 'match_key_taken' }],
    });
  });
  it('a number in another spelling is the same number', () => {
    expect(move('415-555-0123')).toMatchObject({
      action: 'link',
      refused: [],
      link: { body: { base: { Phone: { local: ALICE, remote: '415-555-0123' } } } },
    });
  });
  it('a number that was corrected here is no move of theirs, even where another contact has the old one now', () => {
    const corrected = contactOf('c1', { phone_number: '+14155550199', first_name: 'Alice' }, 'v2');
    const record = recordOf('r1', { Phone: '(415) 555-0123', FirstName: 'Alice' });
    const one = planOne(record, { contacts: [corrected, contactOf('c2', { phone_number: ALICE })], links });
    expect(one).toMatchObject({ action: 'link', refused: [], link: { seen: 'v2' } });
  });
  it('a shared number that the contact has already is no move', () => {
    const shared = contactOf('c2', { phone_number: ALICE });
    const one = planOne(recordOf('r2', { Phone: ALICE }), { contacts: [alice, shared], links });
    expect(one).toMatchObject({ action: 'link', contactId: 'c2', refused: [] });
  });
});

describe('at a first link nothing is overwritten in the CRM (R18)', () => {
  const rule = { crm: 'Status', field: 'lead_status' } as const;
  const first = (direction: 'inbound' | 'outbound' | 'both', local: Value, remote: Value) => {
    const one = planOne(recordOf('r1', { Phone: ALICE, Status: remote }), {
      mapping: compiled([{ ...rule, direction }]),
      contacts: [contactOf('c1', { phone_number: ALICE, lead_status: local })],
    });
    if (one.action !== 'link' && one.action !== 'update') throw new Error(one.action);
    const set = one.action === 'update' ? one.fields['lead_status'] : '-';
    return [set, one.link.seen, one.conflicts.map(({ winner, reason }) => `${winner} ${reason}`)];
  };
  const CASES: Record<string, readonly [Parameters<typeof first>, expected: unknown]> = {
    'inbound: blank here is filled': [
      ['inbound', null, 'New'],
      ['New', 'after', []],
    ],
    'inbound: blank in the CRM is left': [
      ['inbound', 'New', null],
      ['-', 'v1', []],
    ],
    'inbound: the CRM wins, and ours is kept in the conflict': [
      ['inbound', 'Working', 'New'],
      ['New', 'after', ['crm first_link']],
    ],
    'both: blank here is filled': [
      ['both', null, 'New'],
      ['New', 'after', []],
    ],
    'both: blank in the CRM is sent': [
      ['both', 'New', null],
      ['-', null, []],
    ],
    'both: the CRM wins, and ours is kept in the conflict': [
      ['both', 'Working', 'New'],
      ['New', 'after', ['crm first_link']],
    ],
    'outbound: blank in the CRM is sent': [
      ['outbound', 'New', null],
      ['-', null, []],
    ],
    'outbound: quiet where both are filled': [
      ['outbound', 'Working', 'New'],
      ['-', 'v1', []],
    ],
    'outbound: quiet where ours is blank': [
      ['outbound', null, 'New'],
      ['-', 'v1', []],
    ],
    'equal: nothing to do': [
      ['both', 'New', 'new'],
      ['-', 'v1', []],
    ],
  };
  it.each(Object.keys(CASES))('%s', (name) => {
    const [input, expected] = CASES[name]!;
    expect(first(...input)).toEqual(expected);
  });
});

describe('what the contact has seen (R11)', () => {
  const base = { Phone: { local: ALICE, remote: ALICE }, Status: { local: 'New', remote: 'New' } };
  const seenAfter = (local: Value, remote: Value, over: Partial<PlannedLink> = {}, version = 'v2') => {
    const one = planOne(recordOf('r1', { Phone: ALICE, Status: remote }), {
      contacts: [contactOf('c1', { phone_number: ALICE, lead_status: local }, version)],
      links: [linkOf(mapping, { body: { base, sent: [], held: {}, modifiedAt: null }, ...over })],
    });
    return 'link' in one && one.link !== undefined ? one.link.seen : one.action;
  };
  it('nothing moved here: everything is seen', () => expect(seenAfter('New', 'New')).toBe('v2'));
  it('nothing moved at all: the link stays as it is', () => expect(seenAfter('New', 'New', {}, 'v1')).toBe('unchanged'));
  it('the CRM moved: the version that this commit makes', () => expect(seenAfter('New', 'Working')).toBe('after'));
  it('we moved: it stays behind', () => expect(seenAfter('Working', 'New')).toBe('unchanged'));
  it('we moved, and the version does not show it: it is set back, so that it is found', () =>
    expect(seenAfter('Working', 'New', {}, 'v1')).toBeNull());
  it('both moved and the CRM wins: nothing is left to send', () => expect(seenAfter('Working', 'Qualified')).toBe('after'));
  it('a held value does not keep it behind (R12)', () => {
    const held = { Status: { code: 'x', remedy: '', valueHash: hashOf('Working'), retryAt: START + 1 } };
    expect(seenAfter('Working', 'New', { body: { base, sent: [], held, modifiedAt: null } })).toBe('v2');
    const other = { Status: { code: 'x', remedy: '', valueHash: 'another value', retryAt: START + 1 } };
    expect(seenAfter('Working', 'New', { body: { base, sent: [], held: other, modifiedAt: null } }, 'v1')).toBeNull();
  });
});
describe('while a write of ours is open', () => {
  const sent: Sent = { op: 'op', at: START - 9_000, until: START + 60_000, values: { Status: { local: 'Working', remote: 'W' } } };
  const base = { Phone: { local: ALICE, remote: ALICE }, Status: { local: 'New', remote: 'N' } };
  const withValues = compiled([
    { crm: 'Status', field: 'lead_status', direction: 'both', valueMap: { N: 'New', W: 'Working', Q: 'Qualified' } },
  ]);
  const contacts = [contactOf('c1', { phone_number: ALICE, lead_status: 'Working' }, 'v2')];
  const link = (until: number, over: Partial<PlannedLink> = {}): PlannedLink =>
    linkOf(withValues, { body: { base, sent: [{ ...sent, until }], held: {}, modifiedAt: null }, ...over });
  const show = (status: Value, one: PlannedLink) =>
    planOne(recordOf('r1', { Phone: ALICE, Status: status }), { mapping: withValues, contacts, links: [one] });

  it('what we sent is not a move of theirs (R2)', () => expect(show('W', link(START)).action).toBe('unchanged'));
  it('nor is what was there before', () => expect(show('N', link(START)).action).toBe('unchanged'));
  it('anything else is looked at again', () => expect(show('Q', link(START))).toMatchObject({ action: 'refetch', reason: 'intent_open' }));
  it('an intent that is over is settled by what the record shows (R8)', () => {
    expect(show('W', link(START - 1))).toMatchObject({
      action: 'link',
      link: { rebased: true, seen: 'v2', body: { sent: [], base: { Status: { local: 'Working', remote: 'W' } } } },
    });
    expect(show('N', link(START - 1))).toMatchObject({
      action: 'link',
      link: { seen: 'v1', body: { sent: [], base: { Status: base.Status } } },
    });
    const other = show('Q', link(START - 1));
    expect(other).toMatchObject({
      action: 'update',
      fields: { lead_status: 'Qualified' },
      conflicts: [{ winner: 'crm', local: 'Working', remote: 'Q' }],
    });
  });
  it('nothing is said to be seen before it is settled (R11)', () => {
    const one = planOne(recordOf('r1', { Phone: '415-555-0123', Status: 'W' }), {
      mapping: withValues,
      contacts: [contactOf('c1', { phone_number: ALICE, lead_status: 'Qualified' }, 'v3')], // edited again meanwhile
      links: [link(START)],
    });
    expect(one).toMatchObject({ action: 'link', link: { seen: 'v1', body: { base: { Phone: { remote: '415-555-0123' } } } } });
  });
  it('a link of an older mapping waits until it is settled', () => {
    const older = withValues.planFingerprint.replace(/^[^.]+/, 'older');
    expect(show('N', link(START, { plan: older }))).toMatchObject({ action: 'refetch', reason: 'intent_open' });
  });
});

describe('after a change of the mapping (R17)', () => {
  const before = compiled([
    { crm: 'LeadSource', field: 'notes', direction: 'both' },
    { crm: 'Status', field: 'lead_status', direction: 'both' },
  ]);
  const base = {
    Phone: { local: ALICE, remote: ALICE },
    LeadSource: { local: 'Web', remote: 'Web' },
    Status: { local: 'New', remote: 'New' },
  };
  const held = { Status: { code: 'x', remedy: '', valueHash: 'x', retryAt: null } };
  const link = linkOf(before, { body: { base, sent: [], held, modifiedAt: null } });
  const status = { crm: 'Status', field: 'lead_status', direction: 'both' } as const;
  const next = (after: CompiledMapping, fields: Readonly<Record<string, Value>>, crm: Readonly<Record<string, Value>> = {}) =>
    planOne(recordOf('r1', { Phone: ALICE, LeadSource: 'Web', Status: 'New', ...crm }), {
      mapping: after,
      contacts: [contactOf('c1', { phone_number: ALICE, lead_status: 'New', notes: 'Web', ...fields })],
      links: [link],
    });

  it('a CRM field that goes to another contact field now was never agreed on: it fills that field, and is not taken for an edit', () => {
    const one = next(compiled([{ crm: 'LeadSource', field: 'email', direction: 'both' }, status]), {});
    expect(one).toMatchObject({ action: 'update', fields: { email: 'Web' }, link: { seen: 'after' } });
  });
  it('so was one that is read otherwise', () => {
    const one = next(compiled([{ crm: 'LeadSource', field: 'notes', direction: 'inbound', valueMap: { Web: 'Website' } }, status]), {});
    expect(one).toMatchObject({ action: 'update', fields: { notes: 'Website' }, conflicts: [{ base: null, local: 'Web', remote: 'Web' }] });
  });
  it('the pair of a rule that is gone is forgotten, and held fields are tried again (R12)', () => {
    const one = next(compiled([status]), {});
    expect('link' in one && one.link).toMatchObject({
      seen: 'v1',
      body: { base: { Status: base.Status, Phone: base.Phone }, held: EMPTY },
    });
    expect('link' in one && Object.keys(one.link?.body.base ?? {})).not.toContain('LeadSource');
  });
  it('another direction or policy, and another rule beside it, keep the pair: a local edit stays one', () => {
    const after = compiled([
      { crm: 'LeadSource', field: 'notes', direction: 'outbound' },
      { ...status, conflict: 'local' },
      { crm: 'Email', field: 'email', direction: 'inbound' },
    ]);
    const one = next(after, { lead_status: 'Working', notes: 'Fair' }, { Status: 'Qualified' });
    expect(one.conflicts).toMatchObject([{ field: 'lead_status', winner: 'local', base: base.Status }]);
    expect(one).toMatchObject({
      action: 'link',
      link: { seen: null, plan: after.planFingerprint, body: { base: { LeadSource: base.LeadSource } } },
    });
  });
});

describe('absent is not blank (R15)', () => {
  const base = { Phone: { local: ALICE, remote: ALICE }, FirstName: { local: 'Alice', remote: 'Alice' } };
  const link = linkOf(mapping, { body: { base, sent: [], held: {}, modifiedAt: null } });
  const alice = contactOf('c1', { phone_number: ALICE, first_name: 'Alice' });
  it('a field that the record does not show is left alone; a blank one is cleared', () => {
    expect(planOne(recordOf('r1', { Phone: ALICE }), { contacts: [alice], links: [link] }).action).toBe('unchanged');
    expect(planOne(recordOf('r1', { Phone: ALICE, FirstName: null }), { contacts: [alice], links: [link] })).toMatchObject({
      action: 'update',
      fields: { first_name: null },
      changes: [{ field: 'first_name', before: 'Alice', after: null, reason: 'crm_cleared', rule: 'FirstName' }],
    });
  });
  it('it never becomes part of a pair', () => {
    const one = planOne(recordOf('r1', { Phone: ALICE }));
    expect('link' in one && Object.keys(one.link?.body.base ?? {})).toEqual(['Phone']);
  });
});

it('names that every object inherits are names like others', () => {
  const hostile = compiled([{ crm: 'constructor', field: 'notes', direction: 'both' }]);
  const [record, contact] = [recordOf('r1', { Phone: ALICE, constructor: 'theirs' }), contactOf('c1', { phone_number: ALICE })];
  const one = planOne(record, { mapping: hostile, contacts: [contact] });
  expect(one).toMatchObject({ action: 'update', fields: { notes: 'theirs' } });
  const absent = planOne(recordOf('r1', { Phone: ALICE }), { mapping: hostile, contacts: [contact], links: [linkOf(hostile)] });
  expect(absent).toMatchObject({ action: 'link', link: { body: { base: { Phone: { local: ALICE } } } } });
});

it('newest is told when a field was edited here (R24)', () => {
  const newest = compiled([{ crm: 'Status', field: 'lead_status', direction: 'both', conflict: 'newest' }]);
  const base = { Phone: { local: ALICE, remote: ALICE }, Status: { local: 'New', remote: 'New' } };
  const conflict = (editedAt: string) =>
    planOne(recordOf('r1', { Phone: ALICE, Status: 'Qualified' }, '2026-01-05T08:00:00.000Z'), {
      mapping: newest,
      contacts: [contactOf('c1', { phone_number: ALICE, lead_status: 'Working' })],
      links: [linkOf(newest, { body: { base, sent: [], held: {}, modifiedAt: null } })],
      editedAt: { c1: { lead_status: editedAt } },
    }).conflicts[0];
  expect(conflict('2026-01-05T08:00:05.000Z')).toMatchObject({
    winner: 'local',
    reason: 'later_edit',
    local: 'Working',
    remote: 'Qualified',
  });
  expect(conflict('2026-01-05T07:00:00.000Z')).toMatchObject({ winner: 'crm', reason: 'undecided_times' });
});

it('two halves of a page are one plan', () => {
  const halves = ['r1', 'r2'].map((id, index) => plan({ records: [recordOf(id, { Phone: [ALICE, 'x'][index], Status: 'Weird' })] }));
  const whole = joinPlans(halves[0]!, halves[1]!);
  expect(outline(whole.records)).toEqual(['r1 create', 'r2 skip no_match_key']);
  expect([whole.creates.length, whole.skipped.length, whole.refused.length]).toEqual([1, 1, 2]);
});

it("somebody's own sync, without links: raw records, matched by phone, compared with what is there", () => {
  const own = compiled([
    { crm: 'Score__c', field: 'score', direction: 'inbound' },
    { crm: 'Lead_Status__c', field: 'lead_status', direction: 'inbound' },
  ]);
  const rows = [
    { Id: '1', Phone: '(415) 555-0123', Score__c: 7, Lead_Status__c: 'new', attributes: { type: 'Contact' } },
    { Id: '2', Phone: '415-555-0124', Score__c: '8', Lead_Status__c: 'Weird' },
    { Id: '3', Phone: '+1 415 555 0125', Score__c: 9, Lead_Status__c: null },
    { Id: '4', Phone: '4155550126', Score__c: null },
  ];
  const people = [
    { id: 'a', fields: { phone_number: ALICE, score: 6 } },
    { id: 'b', fields: { phone_number: BOB, score: 8 } },
    { id: 'd', fields: { phone_number: '+14155550126', score: 3 } },
  ];
  const records = rows.map((row): CrmRecord => ({ id: row.Id, object: 'Contact', fields: row }));
  const result = plan({ mapping: own, records, contacts: people, now: new Date(START) });
  expect(result.creates.map(({ fields }) => fields)).toMatchObject([
    { phone_number: '+14155550125', score: 9, lead_status: null, email: null },
  ]);
  expect(result.updates.map(({ contactId, fields }) => [contactId, fields])).toEqual([['a', { score: 7, lead_status: 'New' }]]);
  expect(result.updates[0]?.changes).toEqual([
    { field: 'score', before: 6, after: 7, reason: 'first_link_conflict', rule: 'Score__c' },
    { field: 'lead_status', before: null, after: 'New', reason: 'first_link_filled', rule: 'Lead_Status__c' },
  ]);
  expect(result.refused).toMatchObject([{ recordId: '2', contactId: 'b', field: 'lead_status', code: 'unknown_option' }]);
  expect(result.unchanged.map(({ recordId }) => recordId)).toEqual(['2', '4']); // a blank in the CRM clears nothing that was never agreed on
});

describe('a person who was erased (R21)', () => {
  const record = recordOf('r1', { Phone: ALICE });
  const alice = contactOf('alice', { phone_number: ALICE });
  const erased = (what: 'record' | 'key') => ({ erased: new Map([['r1', what]]) });

  it('is not made again from their own record, nor given to anybody', () => {
    expect(outline(plan({ records: [record], ...erased('record') }).records)).toEqual(['r1 skip erased']);
    expect(outline(plan({ records: [record], contacts: [alice], ...erased('record') }).records)).toEqual(['r1 skip erased']);
  });

  it('is not made from a record with a match key of theirs, which may still be somebody who is here', () => {
    expect(outline(plan({ records: [record], ...erased('key') }).records)).toEqual(['r1 skip erased']);
    expect(outline(plan({ records: [record], contacts: [alice], ...erased('key') }).records)).toEqual(['r1 link alice']);
  });

  it('says nothing of other records', () => {
    const other = recordOf('r2', { Phone: BOB });
    expect(outline(plan({ records: [other], ...erased('record') }).records)).toEqual(['r2 create']);
  });
});
