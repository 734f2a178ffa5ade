import { test } from '@fast-check/vitest';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Policies } from '../../../src/core/link/conflict-types.ts';
import { EMPTY_BODY } from '../../../src/core/link/link.ts';
import { agreedOn } from '../../../src/core/link/pair.ts';
import { CONFLICT_POLICIES, FIRST_LINK_POLICIES } from '../../../src/core/mapping/mapping-types.ts';
import type { Value } from '../../../src/core/values/value.ts';
import { compiled, type Rule, World } from './world.ts';

const PHONES = ['+14155550123', '(415) 555-0124', '415-555-0125', 'call me', null] as const;
/** Values of the CRM: some fit their field, some don't. */
const CRM = {
  Status: [null, 'New', 'working', 'Q', 'Weird'],
  Email: [null, 'a@example.com', 'B@example.com'],
  Score: [null, 0, '7', 'many'],
} as const;
/** A host's own: one that says who wins, one that makes a third value, which not every field can hold. */
const POLICIES: Policies = {
  longest: ({ local, remote }) => (String(local).length < String(remote).length ? 'crm' : 'local'),
  third: () => ({ value: 'Qualified' }),
};
/** Values of the contact. */
const LOCAL = {
  lead_status: [null, 'New', 'Working', 'Qualified'],
  email: [null, 'a@example.com', 'c@example.com'],
  score: [null, 0, 7, 8],
} as const;

const direction = fc.constantFrom('inbound' as const, 'outbound' as const, 'both' as const);
const conflict = fc.constantFrom(...CONFLICT_POLICIES, { policy: 'longest' } as const, { policy: 'third' } as const);
const firstLink = fc.constantFrom(...FIRST_LINK_POLICIES);
const onBlank = fc.constantFrom('clear' as const, 'keep' as const);
const blank = fc.oneof(onBlank, fc.record({ inbound: onBlank, outbound: onBlank }, { requiredKeys: [] }));
const ruleOf = <R extends Pick<Rule, 'crm' | 'field'> & { readonly valueMap?: Readonly<Record<string, string>> }>(
  given: R,
): fc.Arbitrary<Rule> =>
  fc.tuple(direction, conflict, firstLink, blank).map(([to, policy, first, onBlankSide]) => {
    const common = { ...given, blank: onBlankSide };
    return (to === 'outbound' ? { ...common, direction: to } : { ...common, direction: to, conflict: policy, firstLink: first }) as Rule;
  });
const mappings = fc
  .tuple(
    ruleOf({ crm: 'Status', field: 'lead_status', valueMap: { Q: 'Qualified' } }),
    ruleOf({ crm: 'Email', field: 'email' }),
    ruleOf({ crm: 'Score', field: 'score' }),
    fc.constantFrom('phone_number' as const, ['phone_number', 'email'] as const, ['email', 'phone_number'] as const),
    fc.boolean(),
  )
  .filter(([, email, , matchKey]) => typeof matchKey === 'string' || email.direction !== 'outbound')
  .map(([status, email, score, matchKey, isFiltered]) => ({
    rules: [status, email, score],
    more: { matchKey, ...(isFiltered && { filter: { not: { field: 'Status', eq: 'Weird' } } }) },
  }));

const oneOf = <T extends Value>(values: readonly T[]): fc.Arbitrary<Value> => fc.constantFrom<Value>(...values);
const crmFields = fc.record(
  { Phone: oneOf(PHONES), Status: oneOf(CRM.Status), Email: oneOf(CRM.Email), Score: oneOf(CRM.Score) },
  { requiredKeys: ['Phone'] }, // what is missing is hidden
);
const localFields = fc.record(
  {
    phone_number: oneOf(['+14155550123', '+14155550124', '+14155550125', null]),
    lead_status: oneOf(LOCAL.lead_status),
    email: oneOf(LOCAL.email),
    score: oneOf(LOCAL.score),
  },
  { requiredKeys: [] },
);
const edits = fc.array(
  fc.oneof(
    fc.record({ side: fc.constant<'here'>('here'), index: fc.nat({ max: 3 }), fields: localFields }),
    fc.record({ side: fc.constant<'crm'>('crm'), index: fc.nat({ max: 3 }), fields: crmFields }),
    fc.record({ side: fc.constantFrom('pull' as const, 'push' as const) }),
  ),
  { maxLength: 8 },
);
const worlds = fc.tuple(mappings, fc.array(localFields, { maxLength: 4 }), fc.array(crmFields, { minLength: 1, maxLength: 4 }), edits);

function worldOf([{ rules, more }, contacts, records, steps]: typeof worlds extends fc.Arbitrary<infer W> ? W : never): World {
  const world = new World(compiled(rules, more, { policies: POLICIES }));
  for (const [index, fields] of contacts.entries()) world.addContact(`c${index}`, fields);
  for (const [index, fields] of records.entries()) world.put(`r${index}`, fields);
  for (const step of steps) {
    if (step.side === 'pull') world.pull();
    else if (step.side === 'push') world.push();
    else if (step.side === 'here') {
      const id = [...world.contacts.keys()][step.index];
      if (id !== undefined) world.edit(id, step.fields);
    } else if (step.side === 'crm' && world.records.has(`r${step.index}`)) world.put(`r${step.index}`, step.fields);
  }
  return world;
}

test.prop([worlds], { numRuns: 500 })('a page planned on its own result changes nothing (P2)', (given) => {
  const world = worldOf(given);
  world.pull();
  const again = world.pull();
  const moving = again.records.filter(
    (plan) => plan.action === 'create' || plan.action === 'update' || ('link' in plan && plan.link !== undefined),
  );
  expect(moving).toEqual([]);
});

test.prop([worlds], { numRuns: 500 })('a pull after a push writes nothing, and a push after a pull calls nothing (P4)', (given) => {
  const world = worldOf(given);
  world.settle();
  const writes = world.writes;
  expect(world.pull().records.filter(({ action }) => action === 'create' || action === 'update')).toEqual([]);
  const push = world.push();
  expect([push.reads, push.writes, world.writes]).toEqual([[], [], writes]);
});

test.prop([worlds], { numRuns: 500 })('what is left to send is found by the next push, or held with a reason (P6, R11)', (given) => {
  const world = worldOf(given);
  world.pull();
  world.push();
  world.pull();
  for (const link of world.links.filter(({ state, contactId }) => state === 'active' && world.contacts.has(contactId)))
    for (const { key, field, direction: to } of world.mapping.rules) {
      const [local, pair, held] = [world.fieldsOf(link.contactId)[field] ?? null, agreedOn(link.body.base, key), link.body.held[key]];
      if (to === 'inbound' || pair === undefined || pair.local === local) continue;
      const isOpen = link.body.open?.[key] !== undefined;
      expect(held !== undefined || isOpen || world.isPending(link)).toBe(true);
    }
});

test.prop([worlds, fc.nat({ max: 3 }), oneOf(LOCAL.email)], { numRuns: 500 })(
  'a local edit of a field that goes both ways is never lost silently: it reaches the CRM, or a conflict or a refusal says why not (P3)',
  (given, index, email) => {
    const world = worldOf(given);
    world.settle();
    const id = [...world.contacts.keys()][index];
    const link = id === undefined ? undefined : world.linkOf(id);
    const rule = world.mapping.rules.find(({ field, direction: to }) => field === 'email' && to !== 'inbound');
    fc.pre(id !== undefined && link?.state === 'active' && rule !== undefined);
    const pair = agreedOn(link.body.base, 'Email');
    fc.pre(pair !== undefined && pair.local !== email); // back to what was agreed on is no edit
    fc.pre(email !== world.fieldsOf(id)['email'] && (email !== null || rule.blank.outbound === 'clear'));
    world.edit(id, { email });
    const push = world.push();
    const shown = world.records.get(link.recordId ?? '')?.fields['Email'] ?? null;
    const isTold = push.refused.some(({ contactId, field }) => contactId === id && field === 'email');
    const isOpen = world.linkOf(id)?.body.open?.['Email'] !== undefined;
    const third = rule.conflict instanceof Function && world.fieldsOf(id)['email'] === 'Qualified';
    expect(shown === email || isTold || isOpen || third).toBe(true);
  },
);

const FITTING = { Status: [null, 'New', 'Working', 'Qualified'], Email: [null, 'a@example.com', 'b@example.com'] } as const;
const decided = fc.constantFrom('crm' as const, 'local' as const, 'newest' as const, { policy: 'longest' } as const);
const twoWay = fc.record({
  policies: fc.tuple(decided, decided),
  steps: fc.array(
    fc.oneof(
      fc.record({ side: fc.constant<'here'>('here'), status: oneOf(FITTING.Status), email: oneOf(FITTING.Email) }),
      fc.record({ side: fc.constant<'crm'>('crm'), status: oneOf(FITTING.Status), email: oneOf(FITTING.Email) }),
      fc.record({ side: fc.constantFrom('pull' as const, 'push' as const) }),
    ),
    { maxLength: 12 },
  ),
});
test.prop([twoWay], { numRuns: 500 })(
  'fields that go both ways converge from any order of edits, pulls and pushes (P3)',
  ({ policies, steps }) => {
    const [status, email] = policies;
    const rules: Rule[] = [
      { crm: 'Status', field: 'lead_status', direction: 'both', conflict: status },
      { crm: 'Email', field: 'email', direction: 'both', conflict: email },
    ];
    const world = new World(compiled(rules, {}, { policies: POLICIES }));
    world.addContact('c1', { phone_number: '+14155550123' });
    world.put('r1', { Phone: '+14155550123', Status: null, Email: null });
    world.pull();
    for (const step of steps) {
      if (step.side === 'pull') world.pull();
      else if (step.side === 'push') world.push();
      else if (step.side === 'here') world.edit('c1', { lead_status: step.status, email: step.email });
      else if (step.side === 'crm') world.put('r1', { Status: step.status, Email: step.email });
    }
    world.settle();
    const { Status, Email } = world.records.get('r1')?.fields ?? {};
    expect([Status, Email]).toEqual([world.fieldsOf('c1')['lead_status'], world.fieldsOf('c1')['email']]);
  },
);

describe('by name', () => {
  const STATUS = { crm: 'Status', field: 'lead_status' } as const;
  const withAlice = (rules: readonly Rule[], local: Readonly<Record<string, Value>>, remote: Readonly<Record<string, Value>>): World => {
    const world = new World(compiled(rules));
    world.addContact('alice', { phone_number: '+14155550123', ...local });
    world.put('r1', { Phone: '(415) 555-0123', ...remote });
    return world;
  };

  it('a field that goes both ways fills the blank side at a first link', () => {
    const world = withAlice(
      [
        { ...STATUS, direction: 'both' },
        { crm: 'Email', field: 'email', direction: 'both' },
      ],
      { lead_status: 'New' },
      { Status: null, Email: 'a@example.com' },
    );
    world.settle();
    expect(world.records.get('r1')?.fields).toMatchObject({ Status: 'New', Email: 'a@example.com' });
    expect(world.fieldsOf('alice')).toMatchObject({ lead_status: 'New', email: 'a@example.com' });
    expect(world.writes).toBe(1);
  });

  it('a mapped or transformed value is written once, and not again for being spelled otherwise', () => {
    const world = withAlice(
      [
        { ...STATUS, direction: 'both', valueMap: { Q: 'Qualified', W: 'Working' } },
        { crm: 'Email', field: 'email', direction: 'outbound', transform: 'upper_case' },
      ],
      { lead_status: 'Working', email: 'a@example.com' },
      { Status: 'W', Email: null },
    );
    world.settle();
    world.edit('alice', { lead_status: 'Qualified' });
    world.settle();
    expect(world.records.get('r1')?.fields).toMatchObject({ Status: 'Q', Email: 'A@EXAMPLE.COM' });
    expect(world.writes).toBe(2);
    expect(world.fieldsOf('alice')).toMatchObject({ lead_status: 'Qualified', email: 'a@example.com' });
  });

  it('an edit on both sides: the CRM wins, unless the mapping says otherwise, and nothing is lost unseen', () => {
    for (const [policy, winner] of [
      ['crm', 'Working'],
      ['local', 'Qualified'],
    ] as const) {
      const world = withAlice([{ ...STATUS, direction: 'both', conflict: policy }], { lead_status: 'New' }, { Status: 'New' });
      world.settle();
      world.edit('alice', { lead_status: 'Qualified' });
      world.put('r1', { Status: 'Working' });
      expect(world.pull().conflicts).toMatchObject([
        { winner: policy, local: 'Qualified', remote: 'Working', base: { local: 'New', remote: 'New' } },
      ]);
      world.settle();
      expect([world.fieldsOf('alice')['lead_status'], world.records.get('r1')?.fields['Status']]).toEqual([winner, winner]);
    }
  });

  it('an edit behind a CRM value that does not fit waits until it does', () => {
    const world = withAlice([{ ...STATUS, direction: 'both', conflict: 'local' }], { lead_status: 'New' }, { Status: 'New' });
    world.settle();
    world.edit('alice', { lead_status: 'Qualified' });
    world.put('r1', { Status: 'Weird' });
    world.pull();
    expect(world.push().refused).toMatchObject([{ code: 'unknown_option' }]);
    expect(world.records.get('r1')?.fields['Status']).toBe('Weird');
    world.put('r1', { Status: 'Working' });
    world.pull();
    world.now += 24 * 60 * 60 * 1000;
    world.push();
    expect(world.records.get('r1')?.fields['Status']).toBe('Qualified');
  });

  it('a field that is shown again sends the edit that was made while it was hidden', () => {
    const hidden = { described: { name: 'Contact', label: 'Contact', fields: [] } };
    const rules: Rule[] = [{ ...STATUS, direction: 'both' }];
    const world = withAlice(rules, { lead_status: 'New' }, { Status: 'New' });
    world.settle();
    world.mapping = compiled(rules, {}, hidden);
    world.edit('alice', { lead_status: 'Qualified' });
    world.settle();
    expect(world.records.get('r1')?.fields['Status']).toBe('New');
    world.mapping = compiled(rules);
    world.now += 24 * 60 * 60 * 1000;
    world.settle();
    expect(world.records.get('r1')?.fields['Status']).toBe('Qualified');
  });

  it('a refused field keeps no other back, and is not sent again before something changes (R12)', () => {
    const world = withAlice(
      [
        { ...STATUS, direction: 'both' },
        { crm: 'Email', field: 'email', direction: 'both' },
      ],
      {},
      { Status: null, Email: null },
    );
    world.refuses = (crm) => (crm === 'Status' ? { code: 'FIELD_CUSTOM_VALIDATION', remedy: '' } : null);
    world.settle();
    world.edit('alice', { lead_status: 'New', email: 'a@example.com' });
    world.push();
    world.push();
    expect(world.records.get('r1')?.fields).toMatchObject({ Status: null, Email: 'a@example.com' });
    const link = world.linkOf('alice');
    expect(world.push().contacts).toEqual([]);
    expect(world.pull().records.map(({ action }) => action)).toEqual(['unchanged']);
    expect(world.linkOf('alice')).toBe(link);
    world.refuses = () => null;
    world.now += 24 * 60 * 60 * 1000;
    world.push();
    expect(world.records.get('r1')?.fields['Status']).toBe('New');
    expect(world.linkOf('alice')?.body).toMatchObject({ ...EMPTY_BODY, base: expect.anything(), modifiedAt: expect.anything() });
  });

  it('a mapping that is pointed to another field clears nothing in the CRM', () => {
    const world = withAlice([{ crm: 'Source', field: 'notes', direction: 'both' }], {}, { Source: 'Web' });
    world.settle();
    world.mapping = compiled([{ crm: 'Source', field: 'email', direction: 'both' }]);
    world.push();
    world.settle();
    expect(world.records.get('r1')?.fields['Source']).toBe('Web');
    expect(world.fieldsOf('alice')).toMatchObject({ notes: 'Web', email: 'Web' });
    expect(world.writes).toBe(0);
  });
});
