import { describe, expect, it } from 'vitest';
import { deepFreeze } from '../../../../src/core/base/freeze.ts';
import { hashOf } from '../../../../src/core/base/hash.ts';
import type { Agreed, Held, LinkBody, LinkState, OpenConflict } from '../../../../src/core/link/link.ts';
import { COMPANY_WITHOUT_RECORD, withoutRecordOf } from '../../../../src/core/mapping/company-tie.ts';
import type { MappingDirection } from '../../../../src/core/mapping/mapping-types.ts';
import { planName } from '../../../../src/core/mapping/plan-fingerprint.ts';
import type { DescribedField } from '../../../../src/core/schema/described.ts';
import { type ContactPlan, heldField, type OutboundInput, planOutbound } from '../../../../src/core/sync/outbound.ts';
import type { PlannedLink } from '../../../../src/core/sync/plan-types.ts';
import type { Value } from '../../../../src/core/values/value.ts';
import { expectWords } from '../told.ts';
import { ALL_STATES, compiled, contactOf, DESCRIBED, EMPTY, linkOf, type Rule, START } from '../world.ts';

const described = (fields: Readonly<Record<string, Partial<DescribedField>>>) => ({
  name: 'Contact',
  label: 'Contact',
  fields: Object.entries({ Phone: {}, ...fields }).map(([name, field]): DescribedField => ({ ...DESCRIBED, name, label: name, ...field })),
});
const DAY = 24 * 60 * 60 * 1000;
const STATUS: Rule = { crm: 'Status', field: 'lead_status', direction: 'outbound' };
const mapping = compiled([STATUS]);
const agreed = (base: Readonly<Record<string, Agreed>>, over: Partial<PlannedLink> = {}, plannedWith = mapping): PlannedLink =>
  linkOf(plannedWith, { body: { base, sent: [], held: {}, modifiedAt: null }, ...over });
const NEW: Agreed = { local: 'New', remote: 'New' };

const plan = (fields: Readonly<Record<string, Value>>, links: readonly PlannedLink[], more: Partial<OutboundInput> = {}) =>
  planOutbound(deepFreeze({ mapping, contacts: [contactOf('c1', fields)], links, now: START, ...more }));
const planOne = (...input: Parameters<typeof plan>): ContactPlan => plan(...input).contacts[0]!;

describe('only a live, active link is written to', () => {
  const EXPECTED: Record<LinkState | 'none', string> = {
    none: 'skip no_link',
    active: 'write',
    creating: 'skip link_not_active',
    ambiguous: 'skip link_not_active',
    missing: 'skip link_not_active',
    left_filter: 'skip link_not_active',
    tombstone: 'skip link_not_active',
    superseded: 'skip link_not_active',
    declined: 'skip link_not_active',
  };
  it.each(['none', ...Object.keys(ALL_STATES)] as (keyof typeof EXPECTED)[])('%s', (state) => {
    const links = state === 'none' ? [] : [agreed({ Status: NEW }, { state })];
    const one = planOne({ lead_status: 'Working' }, links);
    expect([one.action, ...('reason' in one ? [one.reason] : [])].join(' ')).toBe(EXPECTED[state]);
  });

  it('a past link beside it does not hide it', () => {
    const past = agreed({}, { id: 'l0', recordId: 'r0', state: 'tombstone' });
    const live = agreed({ Status: NEW });
    for (const links of [
      [past, live],
      [live, past],
    ])
      expect(planOne({ lead_status: 'Working' }, links)).toMatchObject({ action: 'write', recordId: 'r1' });
  });

  it('a skipped contact is told with the record it has, and without one where it has none', () => {
    const skip = { action: 'skip', contactId: 'c1', refused: [], truncated: [] };
    expect(planOne({ lead_status: 'Working' }, [agreed({}, { state: 'missing' })])).toEqual({
      ...skip,
      reason: 'link_not_active',
      recordId: 'r1',
    });
    expect(planOne({ lead_status: 'Working' }, [])).toEqual({ ...skip, reason: 'no_link', recordId: null });
  });

  it('a contact that the host removed is not written', () => {
    const contacts = [{ id: 'c1', fields: {}, removed: true }];
    expect(planOne({}, [agreed({ Status: NEW })], { contacts })).toMatchObject({ action: 'skip', reason: 'contact_removed' });
  });
});

describe('what is sent, by direction', () => {
  const LOCAL = { agreed: 'New', moved: 'Working', cleared: null } as const;
  const NOT_AGREED = { blank: null, filled: 'Working' } as const;
  const NOTHING = 'none';
  const EXPECTED: Record<MappingDirection, Record<keyof typeof LOCAL | keyof typeof NOT_AGREED, string>> = {
    inbound: { agreed: NOTHING, moved: NOTHING, cleared: NOTHING, blank: NOTHING, filled: NOTHING },
    outbound: { agreed: NOTHING, moved: 'write Working', cleared: 'write null', blank: NOTHING, filled: 'read' },
    both: { agreed: NOTHING, moved: 'read', cleared: 'read', blank: NOTHING, filled: 'read' },
  };
  const outcome = (one: ContactPlan) => (one.action === 'write' ? `write ${one.values['Status']}` : one.action);
  const directions = Object.keys(EXPECTED) as MappingDirection[];
  const planFor = (
    direction: MappingDirection,
    local: Value,
    base: Readonly<Record<string, Agreed>>,
    more: Partial<OutboundInput> = {},
  ) => {
    const rules = compiled([{ ...STATUS, direction }]);
    return outcome(planOne({ lead_status: local }, [agreed(base, {}, rules)], { mapping: rules, ...more }));
  };

  for (const direction of directions) {
    it.each(Object.keys(LOCAL) as (keyof typeof LOCAL)[])(`${direction}, %s since then`, (local) => {
      expect(planFor(direction, LOCAL[local], { Status: NEW })).toBe(EXPECTED[direction][local]);
    });
    it.each(Object.keys(NOT_AGREED) as (keyof typeof NOT_AGREED)[])(`${direction}, never agreed, %s here`, (local) => {
      expect(planFor(direction, NOT_AGREED[local], {})).toBe(EXPECTED[direction][local]);
    });
  }

  it.each(['outbound', 'both'] as const)(
    '%s: once the record is read, a blank CRM field is filled and a filled one left alone (R18)',
    (direction) => {
      expect(planFor(direction, 'Working', {}, { remote: { c1: { Status: null } } })).toBe('write Working');
      expect(planFor(direction, 'Working', {}, { remote: { c1: { Status: 'Weird' } } })).toBe('none');
    },
  );

  it('both: once the record is read and shows what was agreed, the edit is sent', () => {
    expect(planFor('both', 'Working', { Status: NEW }, { remote: { c1: { Status: 'New' } } })).toBe('write Working');
  });

  it('New becomes Qualified with an outbound rule alone: quiet at first, then without reading (R18)', () => {
    const quiet = agreed({ Status: { local: null, remote: 'New' } });
    expect(planOne({}, [quiet])).toMatchObject({ action: 'none' });
    expect(planOne({ lead_status: 'Qualified' }, [quiet])).toMatchObject({
      action: 'write',
      values: { Status: 'Qualified' },
      sent: { Status: { local: 'Qualified', remote: 'Qualified' } },
    });
  });

  it('only what moved is sent', () => {
    const two = compiled([STATUS, { crm: 'Email', field: 'email', direction: 'outbound' }]);
    const base = { Status: NEW, Email: { local: 'a@example.com', remote: 'a@example.com' } };
    const one = planOne({ lead_status: 'New', email: 'b@example.com' }, [agreed(base, {}, two)], { mapping: two });
    expect(one).toMatchObject({ action: 'write', values: { Email: 'b@example.com' } });
    expect(one.action === 'write' && Object.keys(one.sent)).toEqual(['Email']);
  });

  it("with blank: 'keep' a cleared field is agreed on as it is, without a call", () => {
    const keep = compiled([{ ...STATUS, direction: 'both', blank: 'keep' }]);
    expect(planOne({}, [agreed({ Status: NEW }, {}, keep)], { mapping: keep })).toMatchObject({
      action: 'none',
      body: { base: { Status: { local: null, remote: 'New' } } },
    });
  });

  it('an edit that is the same in the CRM is agreed on without a write, and counts as typed here', () => {
    const mapped = compiled([{ ...STATUS, field: 'notes', valueMap: { Hot: 'hot' }, transform: 'lower_case' }]);
    const one = planOne({ notes: 'HOT' }, [agreed({ Status: { local: 'hot', remote: 'Hot' } }, {}, mapped)], { mapping: mapped });
    expect(one).toMatchObject({ action: 'none', body: { base: { Status: { local: 'HOT', remote: 'Hot', ours: true } } } });
  });
});

describe('the value that is sent', () => {
  const shaped = compiled(
    [
      { ...STATUS, valueMap: { W: 'Working', Q: 'Qualified' } },
      { crm: 'Notes', field: 'notes', direction: 'outbound', overflow: 'truncate' },
      { crm: 'Email', field: 'email', direction: 'outbound', transform: 'lower_case' },
    ],
    {},
    { described: described({ Status: {}, Notes: { length: 5 }, Email: {} }) },
  );
  const base = { Status: { local: null, remote: 'N' }, Notes: { local: null, remote: 'old' }, Email: { local: null, remote: 'old' } };
  it('is mapped, transformed and cut, and the cut is told', () => {
    const one = planOne({ lead_status: 'Qualified', notes: '0123456789', email: 'A@EXAMPLE.COM' }, [agreed(base, {}, shaped)], {
      mapping: shaped,
    });
    expect(one).toMatchObject({
      action: 'write',
      values: { Status: 'Q', Notes: '01234', Email: 'a@example.com' },
      sent: { Status: { local: 'Qualified', remote: 'Q' }, Notes: { local: '0123456789', remote: '01234' } },
      truncated: ['Notes'],
    });
  });
});

describe('what the CRM can not take is held (R12)', () => {
  const limited = compiled(
    [STATUS, { crm: 'Notes', field: 'notes', direction: 'outbound' }],
    {},
    {
      described: described({
        Status: { type: 'picklist', restricted: true, options: [{ value: 'New', label: 'New' }] },
        Notes: {},
      }),
    },
  );
  const base = { Status: NEW, Notes: { local: null, remote: null } };
  const hold = (over: Partial<Held> = {}): Held => ({
    code: 'unknown_option',
    remedy: 'Add it.',
    valueHash: hashOf('Working'),
    retryAt: START + 1,
    ...over,
  });
  const withHeld = (held: Held, over: Partial<PlannedLink> = {}) =>
    agreed(base, { body: { base, sent: [], held: { Status: held }, modifiedAt: null }, ...over }, limited);

  it('with its code and remedy, for a day; the other fields go through', () => {
    const result = plan({ lead_status: 'Working', notes: 'hello' }, [agreed(base, {}, limited)], { mapping: limited });
    expect(result.writes).toMatchObject([
      {
        values: { Notes: 'hello' },
        body: { held: { Status: { code: 'unknown_option', valueHash: hashOf('Working'), retryAt: START + DAY } } },
      },
    ]);
    expect(result.refused).toMatchObject([
      { recordId: 'r1', contactId: 'c1', field: 'lead_status', crm: 'Status', code: 'unknown_option' },
    ]);
  });

  const CASES: Record<string, readonly [link: PlannedLink, local: Value, isTriedAgain: boolean]> = {
    'not before it is due': [withHeld(hold()), 'Working', false],
    'never, where nothing but a change helps': [withHeld(hold({ retryAt: null })), 'Working', false],
    'once it is due': [withHeld(hold({ retryAt: START })), 'Working', true],
    'once its value has changed': [withHeld(hold()), 'Qualified', true],
    'once the mapping has changed': [
      withHeld(hold(), { plan: limited.planFingerprint.replace(planName(limited.planFingerprint), 'older-plan') }),
      'Working',
      true,
    ],
  };
  it.each(Object.keys(CASES))('it is tried again: %s', (name) => {
    const [link, local, isTriedAgain] = CASES[name]!;
    const again = plan({ lead_status: local }, [link], { mapping: limited, remote: { c1: { Status: 'New', Notes: null } } });
    expect(again.refused.length > 0 || again.writes.length > 0).toBe(isTriedAgain);
    if (!isTriedAgain) expect(again.contacts[0]).toMatchObject({ action: 'none', body: { held: { Status: link.body.held['Status'] } } });
  });

  it('it is let go once there is nothing to send any more', () => {
    const agreedAgain = { ...base, Status: { local: 'Working', remote: 'Working' } };
    const link = withHeld(hold(), { body: { base: agreedAgain, sent: [], held: { Status: hold() }, modifiedAt: null } });
    expect(planOne({ lead_status: 'Working' }, [link], { mapping: limited })).toMatchObject({ action: 'none', body: { held: EMPTY } });
    expect(planOne({ lead_status: 'New' }, [withHeld(hold())], { mapping: limited })).toMatchObject({
      action: 'none',
      body: { held: EMPTY },
    });
  });

  it('a refusal of the CRM holds the same way', () => {
    expect(heldField({ code: 'FIELD_CUSTOM_VALIDATION', remedy: 'Ask an administrator.' }, 'Working', START)).toEqual({
      code: 'FIELD_CUSTOM_VALIDATION',
      remedy: 'Ask an administrator.',
      valueHash: hashOf('Working'),
      retryAt: START + DAY,
    });
  });

  it('where only some fields are tried, the others stay as they are', () => {
    const kept = withHeld(hold({ retryAt: START }));
    const one = planOne({ lead_status: 'New', notes: 'hello' }, [kept], { mapping: limited, only: { c1: ['Notes'] } });
    expect(one).toMatchObject({ action: 'write', values: { Notes: 'hello' }, body: { held: { Status: kept.body.held['Status'] } } });
    expect(planOne({ lead_status: 'Working', notes: 'hello' }, [kept], { mapping: limited, only: { c1: [] } })).toMatchObject({
      action: 'none',
    });
  });
});

describe('a record that has to be read first', () => {
  const two = compiled(
    [
      { ...STATUS, direction: 'both' },
      { crm: 'Email', field: 'email', direction: 'outbound' },
      { crm: 'Notes', field: 'notes', direction: 'outbound', overflow: 'truncate' },
    ],
    {},
    { described: described({ Status: {}, Email: { length: 5 }, Notes: { length: 5 } }) },
  );
  it('is told with no refusal and no cut: both are told once its values are known', () => {
    const base = { Status: NEW, Email: { local: null, remote: null }, Notes: { local: null, remote: null } };
    const fields = { lead_status: 'Working', email: 'a@example.com', notes: '0123456789' };
    const asked = plan(fields, [agreed(base, {}, two)], { mapping: two });
    expect(asked.contacts).toEqual([{ action: 'read', contactId: 'c1', recordId: 'r1', refused: [], truncated: [] }]);
    expect(asked.refused).toEqual([]);
    const known = plan(fields, [agreed(base, {}, two)], {
      mapping: two,
      remote: { c1: { Status: 'New', Email: null, Notes: null } },
    });
    expect(known.writes).toMatchObject([{ values: { Status: 'Working', Notes: '01234' }, truncated: ['Notes'] }]);
    expect(known.refused).toMatchObject([{ field: 'email', crm: 'Email', code: 'too_long' }]);
  });
});

describe("the tie to a company that has no record yet waits for it, and costs no call whatever the rule's direction", () => {
  const TIE_RETRY_MS = 10 * 60 * 1000;
  const tied = (direction: 'outbound' | 'both') => {
    const rules = compiled([
      { crm: 'Email', field: 'email', direction },
      { crm: 'Notes', field: 'notes', direction: 'outbound' },
    ]);
    return {
      ...rules,
      rules: rules.rules.map((rule) => (rule.key === 'Email' ? withoutRecordOf(rule, new Set(['company-1'])) : rule)),
    };
  };
  const NOTES = { Notes: { local: null, remote: null } };
  const CASES: Record<string, readonly ['outbound' | 'both', Readonly<Record<string, Agreed>>]> = {
    'one that was never agreed on': ['outbound', NOTES],
    'one that goes both ways': ['both', { ...NOTES, Email: { local: 'company-2', remote: 'company-2' } }],
  };
  it.each(Object.keys(CASES))('%s, while the other fields go through', (name) => {
    const [direction, base] = CASES[name]!;
    const rules = tied(direction);
    const { writes, refused } = plan({ email: 'company-1', notes: 'hello' }, [agreed(base, {}, rules)], { mapping: rules });
    expect(writes).toMatchObject([{ values: { Notes: 'hello' } }]);
    expect(writes[0]?.body.held).toEqual({
      Email: {
        code: COMPANY_WITHOUT_RECORD,
        remedy: expect.stringContaining('push({ createMissing: true })'),
        valueHash: hashOf('company-1'),
        retryAt: START + TIE_RETRY_MS,
      },
    });
    expect(refused).toMatchObject([{ field: 'email', code: COMPANY_WITHOUT_RECORD }]);
  });
  it('and any other value that the CRM can not take is read first where the CRM may have another one', () => {
    const short = compiled([{ crm: 'Email', field: 'email', direction: 'both' }], {}, { described: described({ Email: { length: 5 } }) });
    const link = agreed({ Email: { local: 'a', remote: 'a' } }, {}, short);
    expect(planOne({ email: 'a@example.com' }, [link], { mapping: short })).toMatchObject({ action: 'read' });
    expect(plan({ email: 'a@example.com' }, [link], { mapping: short, remote: { c1: { Email: 'a' } } }).refused).toMatchObject([
      { code: 'too_long' },
    ]);
  });
});

describe('an edit of a field that can not be written now is kept, and costs no call (P6)', () => {
  const CASES: Record<string, readonly [Readonly<Record<string, Partial<DescribedField>>>, code: string]> = {
    'read-only': [{ Status: { updatable: false } }, 'read_only'],
    hidden: [{}, 'field_not_visible'],
    'of another kind': [{ Status: { type: 'date' } }, 'incompatible_type'],
  };
  for (const direction of ['outbound', 'both'] as const)
    it.each(Object.keys(CASES))(`${direction}, %s`, (name) => {
      const [fields, code] = CASES[name]!;
      const unusable = compiled([{ ...STATUS, direction }], {}, { described: described(fields) });
      const result = plan({ lead_status: 'Working' }, [agreed({ Status: NEW }, {}, unusable)], { mapping: unusable });
      expect(result.contacts).toMatchObject([
        { action: 'none', body: { base: { Status: NEW }, held: { Status: { code, retryAt: START + DAY } } } },
      ]);
      expect(result.refused).toEqual([]); // a fault of the mapping as a whole: not told for each contact
      const untouched = plan({ lead_status: 'New' }, [agreed({ Status: NEW }, {}, unusable)], { mapping: unusable });
      expect(untouched.contacts).toMatchObject([{ action: 'none', body: { held: EMPTY } }]);
    });
});

describe('a CRM value that could not be taken over is not written over (P3)', () => {
  const both = compiled([
    { ...STATUS, direction: 'both' },
    { crm: 'Notes', field: 'notes', direction: 'outbound' },
  ]);
  const base = { Status: NEW, Notes: { local: null, remote: null } };
  const push = (remote: Readonly<Record<string, Value>>) =>
    plan({ lead_status: 'Working', notes: 'hello' }, [agreed(base, {}, both)], { mapping: both, remote: { c1: remote } });
  const CASES: Record<string, readonly [Readonly<Record<string, Value>>, code: string, retryAfterMs: number]> = {
    'one that does not fit': [{ Status: 'Weird' }, 'unknown_option', DAY],
    'one that is not agreed on yet': [{ Status: 'Qualified' }, 'changed_in_crm', 5 * 60 * 1000],
    'one that this record does not show': [{}, 'not_readable', DAY],
  };
  it.each(Object.keys(CASES))('%s; the other fields go through', (name) => {
    const [remote, code, retryAfterMs] = CASES[name]!;
    const { writes, refused } = push(remote);
    expect(writes).toMatchObject([{ values: { Notes: 'hello' }, body: { held: { Status: { code, retryAt: START + retryAfterMs } } } }]);
    expect(refused).toMatchObject([{ field: 'lead_status', crm: 'Status', code }]);
    expectWords(refused[0]!);
    expect(writes[0]?.values).not.toHaveProperty('Status');
  });
});

describe('a write whose outcome is not known (R8)', () => {
  const openUntil = (until: number) =>
    agreed({}, { body: { base: { Status: NEW }, sent: [{ op: 'op', at: until - 10, until, values: {} }], held: {}, modifiedAt: null } });
  it('is waited for', () => {
    expect(planOne({ lead_status: 'Working' }, [openUntil(START)])).toMatchObject({ action: 'wait', until: START });
  });
  it('is waited for until the last of several has ended', () => {
    const sent = [START - 1, START + 60_000, START + 30_000].map((until) => ({ op: `op ${until}`, at: START - 90_000, until, values: {} }));
    const link = agreed({}, { body: { base: { Status: NEW }, sent, held: {}, modifiedAt: null } });
    expect(planOne({ lead_status: 'Working' }, [link])).toEqual({
      action: 'wait',
      until: START + 60_000,
      contactId: 'c1',
      recordId: 'r1',
      refused: [],
      truncated: [],
    });
  });
  it.each([new Date(START), new Date(START).toISOString()])('is waited for just as long where the time is given as %j', (now) => {
    expect(planOne({ lead_status: 'Working' }, [openUntil(START)], { now })).toMatchObject({ action: 'wait', until: START });
    expect(planOne({ lead_status: 'Working' }, [openUntil(START - 1)], { now })).toMatchObject({ action: 'read' });
  });
  it('is settled by a read after its end', () => {
    expect(planOne({ lead_status: 'Working' }, [openUntil(START - 1)])).toMatchObject({ action: 'read' });
  });
  it('is never written over, even where the record was read', () => {
    const remote = { c1: { Status: 'New' } };
    expect(planOne({ lead_status: 'Working' }, [openUntil(START - 1)], { remote })).toMatchObject({ action: 'wait' });
  });
});

describe('a field that waits for a decision is not sent', () => {
  const SIDES = { id: 'k1', field: 'lead_status', reason: 'policy', local: 'Working', remote: 'Qualified', incoming: 'Qualified' };
  const manual = (since = START - 2 * DAY) => ({ ...SIDES, kind: 'manual', since, times: null }) as OpenConflict;
  const rewritten = (since: number) => ({ ...manual(since), kind: 'rewritten', reason: 'rewritten' }) as OpenConflict;
  const READ = { Status: 'New' };
  const waiting = (open: OpenConflict, over: Partial<PlannedLink> = {}) =>
    agreed({}, { body: { base: { Status: NEW }, sent: [], held: {}, modifiedAt: null, open: { Status: open } }, ...over });
  const OLDER_PLAN = mapping.planFingerprint.replace(planName(mapping.planFingerprint), 'older-plan');

  const STILL: Record<string, readonly [link: PlannedLink, local: Value]> = {
    'the contact is as it was, however long that takes': [waiting(manual()), 'Working'],
    'the CRM undid it, less than a day ago': [waiting(rewritten(START - DAY + 1)), 'Working'],
    'the CRM undid it, and it was edited here since then': [waiting(rewritten(START - DAY + 1)), 'Qualified'],
  };
  it.each(Object.keys(STILL))('nor is the record read for it: %s', (name) => {
    const [link, local] = STILL[name]!;
    const one = planOne({ lead_status: local }, [link]);
    expect(one).toMatchObject({ action: 'none', body: { open: link.body.open, base: { Status: NEW } } });
    expect(planOne({ lead_status: local }, [link], { remote: { c1: READ } })).toMatchObject({ action: 'none' });
  });

  const OVER: Record<string, readonly [link: PlannedLink, local: Value]> = {
    'it was edited here since then': [waiting(manual()), 'Qualified'],
    'it was cleared here since then': [waiting(manual()), null],
    'the CRM has left it alone for a day': [waiting(rewritten(START - DAY)), 'Working'],
    'the mapping has changed': [waiting(manual(), { plan: OLDER_PLAN }), 'Working'],
  };
  it.each(Object.keys(OVER))('and the record is read, once, to see whether it is over: %s', (name) => {
    const [link, local] = OVER[name]!;
    expect(planOne({ lead_status: local }, [link])).toMatchObject({ action: 'read' });
    expect(planOne({ lead_status: local }, [link], { remote: { c1: READ } })).toMatchObject({ action: 'none' });
  });

  it('while the other fields go through', () => {
    const two = compiled([STATUS, { crm: 'Notes', field: 'notes', direction: 'outbound' }]);
    const body = { base: { Status: NEW, Notes: NEW }, sent: [], held: {}, modifiedAt: null, open: { Status: manual() } };
    const one = planOne({ lead_status: 'Working', notes: 'hello' }, [agreed({}, { body }, two)], { mapping: two });
    expect(one).toMatchObject({ action: 'write', body: { open: body.open } });
    expect(one.action === 'write' && one.values).toEqual({ Notes: 'hello' });
  });
});

describe('a value that somebody has decided this CRM is to have', () => {
  const two = compiled(
    [STATUS, { crm: 'Notes', field: 'notes', direction: 'outbound' }],
    {},
    { described: described({ Status: { type: 'picklist', restricted: true, options: [{ value: 'New', label: 'New' }] }, Notes: {} }) },
  );
  const decidedFor = (decided: NonNullable<LinkBody['decided']>) =>
    agreed(
      {},
      { body: { base: { Status: NEW, Notes: { local: null, remote: null } }, sent: [], held: {}, modifiedAt: null, decided } },
      two,
    );
  const planFor = (decided: NonNullable<LinkBody['decided']>, fields: Readonly<Record<string, Value>>, only?: readonly string[]) => {
    const contacts = [{ ...contactOf('c1', fields), foreign: ['lead_status', 'notes'] }];
    const more = { mapping: two, contacts, ...(only !== undefined && { only: { c1: only } }) };
    const one = planOne({}, [decidedFor(decided)], more);
    return { action: one.action, decided: 'body' in one ? one.body.decided : 'no body' };
  };

  it('is sent although another CRM gave it, and the decision is kept until it has arrived (R25)', () => {
    expect(planFor({ Notes: 'hello' }, { lead_status: 'New', notes: 'hello' })).toEqual({ action: 'write', decided: { Notes: 'hello' } });
  });
  it('is still to be sent while the CRM can not take it', () => {
    expect(planFor({ Status: 'Working' }, { lead_status: 'Working' })).toEqual({ action: 'none', decided: { Status: 'Working' } });
  });
  it('is still to be sent where this push looks at other fields alone', () => {
    const both = { Notes: 'hello', Status: 'Working' };
    expect(planFor(both, { lead_status: 'Working', notes: 'hello' }, ['Notes'])).toEqual({ action: 'write', decided: both });
    expect(planFor(both, { lead_status: 'New', notes: 'hello' }, ['Status'])).toEqual({ action: 'none', decided: { Notes: 'hello' } });
  });
  it('is decided no more once the contact has another one', () => {
    expect(planFor({ Notes: 'hello' }, { lead_status: 'New', notes: 'bye' })).toEqual({ action: 'none', decided: undefined });
  });
});

describe("a contact that the mapping's push filter leaves out", () => {
  const filtered = compiled(
    [
      STATUS,
      { crm: 'Email', field: 'email', direction: 'outbound' },
      { crm: 'Notes', field: 'notes', direction: 'both' },
      { crm: 'Score', field: 'score', direction: 'inbound' },
    ],
    { pushFilter: { not: { field: 'lead_status', eq: 'New' } } },
  );
  const held = { Email: { code: 'x', remedy: 'Do it.', valueHash: 'x', retryAt: null } };
  const base = { Phone: '+14155550123', Status: { local: 'Working', remote: 'W' }, Notes: 'old', Score: 1 };
  const link = agreed({}, { body: { base, sent: [], held, modifiedAt: '2026-01-05T08:00:00.000Z' } }, filtered);
  const out = { action: 'none', contactId: 'c1', recordId: 'r1', refused: [], truncated: [] };

  it('is not sent, and what is kept back is told, with what was agreed on last', () => {
    const contacts = [{ id: 'c1', fields: { phone_number: '+14155550123', lead_status: 'New', email: 'a@example.com', score: 2 } }];
    expect(planOne({}, [link], { mapping: filtered, contacts })).toEqual({
      ...out,
      body: { base, sent: [], held: {}, modifiedAt: '2026-01-05T08:00:00.000Z' }, // nothing waits to be tried again
      kept: [
        { field: 'lead_status', before: 'Working', after: 'New', rule: 'Status' },
        { field: 'email', before: null, after: 'a@example.com', rule: 'Email' },
        { field: 'notes', before: 'old', after: null, rule: 'Notes' },
      ],
    });
  });
  it('keeps nothing back where it has nothing to send', () => {
    const same = agreed({}, { body: { base: { Status: 'New', Notes: 'old' }, sent: [], held: {}, modifiedAt: null } }, filtered);
    expect(planOne({ lead_status: 'New', notes: 'old' }, [same], { mapping: filtered })).toEqual({ ...out, body: same.body, kept: [] });
  });
  it('is sent with all that has changed once it matches again', () => {
    const again = planOne({ lead_status: 'Qualified', notes: 'old' }, [link], { mapping: filtered });
    expect(again).toMatchObject({ action: 'write', values: { Status: 'Qualified' } });
    expect(again).not.toHaveProperty('kept');
  });
});

describe('after a change of the mapping (R17)', () => {
  it('an edit of the field that was mapped before does not clear the CRM field that another one goes to now', () => {
    const before = compiled([{ crm: 'LeadSource', field: 'notes', direction: 'both' }]);
    const after = compiled([{ crm: 'LeadSource', field: 'email', direction: 'both' }]);
    const link = agreed({ LeadSource: { local: 'Web', remote: 'Web' } }, {}, before);
    expect(planOne({ notes: 'Web' }, [link], { mapping: after })).toMatchObject({ action: 'none' });
    expect(planOne({ notes: 'Web', email: 'a@example.com' }, [link], { mapping: after })).toMatchObject({ action: 'read' });
  });
  it('an edit under a rule that reads the same goes on', () => {
    const after = compiled([
      { ...STATUS, blank: 'keep' },
      { crm: 'Email', field: 'email', direction: 'inbound' },
    ]);
    expect(planOne({ lead_status: 'Working' }, [agreed({ Status: NEW })], { mapping: after })).toMatchObject({ action: 'write' });
  });
});

it('every contact has a plan, in order', () => {
  const contacts = ['c3', 'c1', 'c2'].map((id) => contactOf(id, { lead_status: 'Working' }));
  const {
    contacts: plans,
    writes,
    reads,
  } = plan({}, [agreed({ Status: NEW }), agreed({}, { id: 'l2', contactId: 'c2', recordId: 'r2' })], { contacts });
  expect(plans.map(({ contactId, action }) => `${contactId} ${action}`)).toEqual(['c3 skip', 'c1 write', 'c2 read']);
  expect([writes.length, reads.length]).toEqual([1, 1]);
});

it('names that every object inherits are names like others', () => {
  const hostile = compiled([{ crm: 'constructor', field: 'notes', direction: 'outbound' }]);
  const link = linkOf(hostile, { contactId: 'constructor' });
  const contacts = [contactOf('constructor', { notes: 'hello' })];
  expect(planOne({}, [link], { mapping: hostile, contacts, remote: {} })).toMatchObject({ action: 'read' });
  expect(planOne({}, [link], { mapping: hostile, contacts, remote: { constructor: { constructor: null } } })).toMatchObject({
    action: 'write',
    sent: { constructor: { local: 'hello', remote: 'hello' } },
  });
});
