import { describe, expect, it } from 'vitest';
import { deepFreeze } from '../../../../src/core/base/freeze.ts';
import { hashOf } from '../../../../src/core/base/hash.ts';
import { type Agreed, EMPTY_BODY, type LinkBody } from '../../../../src/core/link/link.ts';
import type { CompiledMapping } from '../../../../src/core/mapping/mapping-types.ts';
import { type FieldsInput, type FieldsPlan, planFields, readRemotes } from '../../../../src/core/sync/plan-fields.ts';
import type { Value } from '../../../../src/core/values/value.ts';
import { expectWords } from '../told.ts';
import { compiled, DESCRIBED, EMPTY, START } from '../world.ts';

const AT = '2026-01-05T08:00:00.000Z';
interface Given {
  readonly crm: Readonly<Record<string, unknown>>;
  readonly fields?: Readonly<Record<string, Value>>;
  readonly base?: Readonly<Record<string, Agreed>>;
  readonly body?: Partial<LinkBody>;
  readonly isTaken?: FieldsInput['isTaken'];
  readonly modifiedAt?: string;
}
const plan = (mapping: CompiledMapping, { crm, fields = {}, base, body, isTaken = () => false, modifiedAt = AT }: Given): FieldsPlan => {
  const link =
    base === undefined && body === undefined
      ? undefined
      : { plan: mapping.planFingerprint, body: { ...EMPTY_BODY, base: base ?? {}, ...body } };
  const record = { id: 'r1', fields: crm, modifiedAt };
  return planFields(deepFreeze({ mapping, record, contactId: 'c1', fields, link, readAt: START, isTaken }));
};

describe('a refused value (P6, P7)', () => {
  const both = compiled([
    { crm: 'Status', field: 'lead_status', direction: 'both' },
    { crm: 'Email', field: 'email', direction: 'both' },
  ]);
  const base = { Status: { local: 'New', remote: 'New' }, Email: { local: 'a@example.com', remote: 'a@example.com' } };

  it('is told, leaves the contact and the pair as they are, and the other fields go on', () => {
    const one = plan(both, {
      crm: { Status: 'Weird', Email: 'b@example.com' },
      fields: { lead_status: 'New', email: 'a@example.com' },
      base,
    });
    expect(one).toMatchObject({
      set: { email: 'b@example.com' },
      refused: [{ recordId: 'r1', contactId: 'c1', field: 'lead_status', crm: 'Status', code: 'unknown_option' }],
    });
    expect(one.body.base['Status']).toBe(base.Status);
    expect(one.send).toBe(false);
  });

  it('does not make an edit here look as if it had been sent', () => {
    expect(plan(both, { crm: { Status: 'Weird' }, fields: { lead_status: 'Working', email: 'a@example.com' }, base }).send).toBe(true);
  });

  it('unless that edit is held already (R12)', () => {
    const held = { Status: { code: 'x', remedy: '', valueHash: hashOf('Working'), retryAt: null } };
    const fields = { lead_status: 'Working', email: 'a@example.com' };
    expect(plan(both, { crm: { Status: 'Weird' }, fields, body: { base, held } }).send).toBe(false);
    expect(plan(both, { crm: { Status: 'Weird' }, fields: { ...fields, lead_status: 'Qualified' }, body: { base, held } }).send).toBe(true);
  });

  it('that was agreed on in this very spelling is none', () => {
    const odd = { ...base, Status: { local: 'New', remote: 'Weird' } };
    const one = plan(both, { crm: { Status: 'Weird' }, fields: { lead_status: 'New', email: 'a@example.com' }, base: odd });
    expect(one).toMatchObject({ set: EMPTY, refused: [], rebased: false });
  });

  it('at a first link keeps everything as it is on both sides (R18)', () => {
    expect(plan(both, { crm: { Status: 'Weird' }, fields: { lead_status: 'Working' } })).toMatchObject({
      set: EMPTY,
      send: false,
      rebased: false,
    });
  });

  it('in a field that only goes out is no refusal: nothing is taken in', () => {
    const outbound = compiled([{ crm: 'Status', field: 'lead_status', direction: 'outbound' }]);
    expect(plan(outbound, { crm: { Status: 'Weird' }, fields: { lead_status: 'New' } })).toMatchObject({
      refused: [],
      body: { base: { Status: { local: 'New', remote: 'Weird' } } },
    });
  });
});

describe('a field that is not shown (R15)', () => {
  const both = compiled([{ crm: 'Status', field: 'lead_status', direction: 'both' }]);
  const base = { Status: { local: 'New', remote: 'New' } };
  const CASES: Record<string, readonly [Given, send: boolean]> = {
    'agreed, and not moved here': [{ crm: {}, fields: { lead_status: 'New' }, base }, false],
    'agreed, and moved here': [{ crm: {}, fields: { lead_status: 'Working' }, base }, true],
    'never agreed, blank here': [{ crm: {} }, false],
    'never agreed, filled here': [{ crm: {}, fields: { lead_status: 'New' } }, true],
  };
  it.each(Object.keys(CASES))('%s', (name) => {
    const [given, send] = CASES[name]!;
    expect(plan(both, given)).toMatchObject({ set: EMPTY, refused: [], rebased: false, send });
  });
  it('moved here, and held already', () => {
    const held = { Status: { code: 'x', remedy: '', valueHash: hashOf('Working'), retryAt: null } };
    expect(plan(both, { crm: {}, fields: { lead_status: 'Working' }, body: { base, held } }).send).toBe(false);
  });
});

describe('a value that the CRM holds in its own form', () => {
  const cut = compiled(
    [{ crm: 'Notes', field: 'notes', direction: 'both', overflow: 'truncate' }],
    {},
    {
      described: {
        name: 'Contact',
        label: 'Contact',
        fields: [
          { ...DESCRIBED, name: 'Phone', label: 'Phone' },
          { ...DESCRIBED, name: 'Notes', label: 'Notes', length: 5 },
        ],
      },
    },
  );
  it('is the same value: a cut text is not taken back', () => {
    expect(plan(cut, { crm: { Notes: '01234' }, fields: { notes: '0123456789' } })).toMatchObject({
      set: EMPTY,
      conflicts: [],
      send: false,
      body: { base: { Notes: { local: '0123456789', remote: '01234' } } },
    });
  });
});

it('a held value is let go once the two sides agree', () => {
  const both = compiled([{ crm: 'Email', field: 'email', direction: 'both' }]);
  const held = { Email: { code: 'x', remedy: '', valueHash: hashOf('c@example.com'), retryAt: null } };
  const one = plan(both, { crm: { Email: 'a@example.com' }, fields: { email: 'c@example.com' }, body: { held } });
  expect(one).toMatchObject({ set: { email: 'a@example.com' }, body: { held: EMPTY } });
  const base = { Email: { local: 'b@example.com', remote: 'b@example.com' } };
  const local = compiled([{ crm: 'Email', field: 'email', direction: 'both', conflict: 'local' }]);
  const still = plan(local, { crm: { Email: 'a@example.com' }, fields: { email: 'c@example.com' }, body: { base, held } });
  expect(still).toMatchObject({ set: EMPTY, send: false, body: { held } });
});

describe('a rule that only goes out', () => {
  const outbound = compiled([{ crm: 'Notes', field: 'notes', direction: 'outbound' }]);
  const base = { Notes: { local: 'ours', remote: 'ours' } };
  it('takes note of what somebody else wrote there, and reports it (R7)', () => {
    expect(plan(outbound, { crm: { Notes: 'theirs' }, fields: { notes: 'ours' }, base })).toMatchObject({
      set: EMPTY,
      drift: ['Notes'],
      send: false,
      body: { base: { Notes: { local: 'ours', remote: 'theirs' } } },
    });
  });
  it('still has its own edit to send then', () => {
    expect(plan(outbound, { crm: { Notes: 'theirs' }, fields: { notes: 'new' }, base }).send).toBe(true);
  });
  it('sees what an inbound rule of the same field has just set', () => {
    const inAndOut = compiled([
      { crm: 'Backup__c', field: 'email', direction: 'outbound' },
      { crm: 'Email', field: 'email', direction: 'inbound' },
    ]);
    expect(plan(inAndOut, { crm: { Backup__c: null, Email: 'a@example.com' } })).toMatchObject({
      set: { email: 'a@example.com' },
      send: true, // the copy is still blank
    });
  });
});

describe('a write whose answer was lost, once its time is over (R8)', () => {
  const mapping = compiled([{ crm: 'Notes__c', field: 'notes', direction: 'outbound' }]);
  const values = { Notes__c: { local: 'ours', remote: 'ours' } };
  const sent = [{ op: 'op1', at: START - 100, until: START - 10, values }];
  const base = { Notes__c: { local: 'old', remote: 'old' } };
  const shows = (crm: string, { fields = { notes: 'ours' }, open = sent } = {}) =>
    plan(mapping, { crm: { Notes__c: crm }, fields, body: { base, sent: open } });

  it('a value that is neither ours nor the one from before was typed: it stays, and the conflict keeps both', () => {
    const one = shows('theirs');
    expect(one).toMatchObject({ send: false, recheck: false, drift: [], body: { sent: [], base: { Notes__c: { remote: 'theirs' } } } });
    expect(one.conflicts).toMatchObject([{ field: 'notes', local: 'ours', remote: 'theirs', winner: 'crm', reason: 'answer_lost' }]);
  });

  it('ours has arrived, the one from before has not been replaced: no conflict', () => {
    expect(shows('ours')).toMatchObject({ send: false, conflicts: [], body: { sent: [] } });
    expect(shows('old')).toMatchObject({ send: true, conflicts: [], body: { sent: [] } });
  });

  it('of two such writes the one that shows counts', () => {
    const later = { ...sent[0]!, op: 'op2', values: { Notes__c: { local: 'later', remote: 'later' } } };
    expect(shows('ours', { fields: { notes: 'later' }, open: [...sent, later] })).toMatchObject({ send: true, conflicts: [] });
  });

  it('is weighed only then', () => {
    const open = [{ ...sent[0]!, until: START + 1 }];
    expect(shows('theirs', { open })).toMatchObject({ recheck: true, conflicts: [] });
  });
});

describe('two fields read from one CRM field', () => {
  const names = compiled([
    { crm: 'Name', field: 'first_name', direction: 'inbound', transform: 'first_word' },
    { crm: 'Name', field: 'notes', direction: 'inbound' },
  ]);
  it('have a pair each: a later edit of one is not taken for one of the other', () => {
    const first = plan(names, { crm: { Name: 'Ann Lee' } });
    expect(first.set).toEqual({ first_name: 'Ann', notes: 'Ann Lee' });
    expect(plan(names, { crm: { Name: 'Ann Lee' }, fields: { ...first.set, notes: 'VIP' }, body: first.body })).toMatchObject({
      set: EMPTY,
      rebased: false,
    });
    const next = plan(names, { crm: { Name: 'Bea Lee' }, fields: { ...first.set, notes: 'VIP' }, body: first.body });
    expect(next.changes.map(({ field, reason }) => `${field} ${reason}`)).toEqual(['first_name crm_changed', 'notes conflict']);
  });
});

describe('the stamp', () => {
  const inbound = compiled([{ crm: 'FirstName', field: 'first_name', direction: 'inbound' }]);
  it('of the newest snapshot that changed something is kept', () => {
    const body = { base: { FirstName: { local: 'Ann', remote: 'Ann' } }, modifiedAt: '2026-01-05T07:00:00.000Z' };
    expect(plan(inbound, { crm: { FirstName: 'Bea' }, fields: { first_name: 'Ann' }, body }).body.modifiedAt).toBe(AT);
    const newer = { ...body, modifiedAt: '2026-01-05T09:00:00.000Z' };
    expect(plan(inbound, { crm: { FirstName: 'Bea' }, fields: { first_name: 'Ann' }, body: newer }).body.modifiedAt).toBe(newer.modifiedAt);
  });
  it('a link that nothing changes is the same object', () => {
    const body = { ...EMPTY_BODY, base: { FirstName: { local: 'Ann', remote: 'Ann' } } };
    const link = { plan: inbound.planFingerprint, body };
    const record = { id: 'r1', fields: { FirstName: 'Ann' }, modifiedAt: AT };
    const one = planFields({
      mapping: inbound,
      record,
      contactId: 'c1',
      fields: { first_name: 'Ann' },
      link,
      readAt: START,
      isTaken: () => false,
    });
    expect(one.body).toBe(body);
  });
});

describe('a match key of another contact (R20)', () => {
  const byPhone = compiled([{ crm: 'Home__c', field: 'notes', direction: 'inbound' }]);
  const base = { Phone: { local: '+14155550123', remote: '+14155550123' } };
  const taken = (field: string, value: string) => field === 'phone_number' && value === '+14155550199';
  it('is not taken over, and told with what to do about it', () => {
    const one = plan(byPhone, { crm: { Phone: '+14155550199' }, fields: { phone_number: '+14155550123' }, base, isTaken: taken });
    expect(one).toMatchObject({ set: EMPTY, rebased: false, refused: [{ field: 'phone_number', crm: 'Phone', code: 'match_key_taken' }] });
    expect(one.refused[0]?.remedy).toContain('phone_number');
  });
  it('in a field that finds nobody is only text', () => {
    const one = plan(byPhone, {
      crm: { Phone: '+14155550123', Home__c: '+14155550199' },
      fields: { phone_number: '+14155550123' },
      base,
      isTaken: () => true,
    });
    expect(one).toMatchObject({ set: { notes: '+14155550199' }, refused: [] });
  });
});

it('reads every mapped CRM field, and leaves out what a rule can not use', () => {
  const mapping = compiled(
    [
      { crm: 'Secret__c', field: 'notes', direction: 'inbound' },
      { crm: 'Email', field: 'email', direction: 'outbound' },
    ],
    {},
    {
      described: {
        name: 'Contact',
        label: 'Contact',
        fields: [
          { ...DESCRIBED, name: 'Phone', label: 'Phone' },
          { ...DESCRIBED, name: 'Email', label: 'E-mail' },
        ],
      },
    },
  );
  const remotes = readRemotes(mapping, { id: 'r1', fields: { Phone: '1', Secret__c: 'x', Email: null, Other: 'y' } });
  expect({ ...remotes }).toEqual({ Phone: '1', Email: null });
});

describe('a match key that the CRM empties (R20)', () => {
  const byPhone = compiled([]);
  const base = { Phone: { local: '+14155550123', remote: '+14155550123' } };
  it('stays here, and is told with what to do about it', () => {
    const one = plan(byPhone, { crm: { Phone: null }, fields: { phone_number: '+14155550123' }, base });
    expect(one).toMatchObject({ set: EMPTY, refused: [{ field: 'phone_number', crm: 'Phone', code: 'match_key_blank' }] });
    expectWords(one.refused[0]!);
  });
});

describe('the newest of two edits (R24)', () => {
  const newest = (crm: string | readonly [string, string]) =>
    compiled([{ crm, field: 'email', direction: 'inbound', conflict: 'newest' } as Parameters<typeof compiled>[0][number]]);
  const conflictsOf = (crm: string | readonly [string, string], over: Partial<FieldsInput> = {}) => {
    const mapping = newest(crm);
    const key = typeof crm === 'string' ? crm : crm.join('|');
    const body = { ...EMPTY_BODY, base: { [key]: { local: 'a', remote: 'a' } } };
    return planFields({
      mapping,
      record: { id: 'r1', fields: { Email: 'c' }, modifiedAt: '2026-01-05T08:50:00.000Z' },
      contactId: 'c1',
      fields: { email: 'b' },
      link: { plan: mapping.planFingerprint, body },
      readAt: START,
      editedAt: { email: '2026-01-05T08:30:00.000Z' },
      remoteEditedAt: { Email: AT },
      isTaken: () => false,
      ...over,
    }).conflicts;
  };
  const local = Date.parse('2026-01-05T08:30:00.000Z');

  it('is known where the CRM says when the field itself was edited', () => {
    const times = { local, remote: Date.parse(AT), remoteIsExact: true };
    expect(conflictsOf('Email')).toMatchObject([{ winner: 'local', reason: 'later_edit', times }]);
  });

  it('is not known where only the record has a time, or the value is made of several fields', () => {
    const times = { local, remote: Date.parse('2026-01-05T08:50:00.000Z'), remoteIsExact: false };
    expect(conflictsOf('Email', { remoteEditedAt: undefined })).toMatchObject([{ winner: 'crm', reason: 'undecided_times', times }]);
    expect(conflictsOf('Email', { remoteEditedAt: { Phone: AT } })).toMatchObject([{ winner: 'crm', times }]);
    expect(conflictsOf(['Email', 'Mail'])).toMatchObject([{ winner: 'crm', times }]);
  });

  it('is not known where nobody has kept when it was edited here', () => {
    const times = { local: null, remote: Date.parse(AT), remoteIsExact: true };
    expect(conflictsOf('Email', { editedAt: undefined })).toMatchObject([{ winner: 'crm', reason: 'undecided_times', times }]);
    expect(conflictsOf('Email', { editedAt: { notes: AT } })).toMatchObject([{ times }]);
  });
});

describe('an open conflict whose rule is gone', () => {
  const both = compiled([{ crm: 'Email', field: 'email', direction: 'both' }]);
  const gone = {
    id: 'known',
    field: 'notes',
    times: null,
    kind: 'manual',
    reason: 'policy',
    since: START,
    local: 'a',
    remote: 'b',
    incoming: 'b',
  } as const;
  const body: LinkBody = { ...EMPTY_BODY, base: { Email: { local: 'a', remote: 'a' } }, open: { Notes: gone } };
  const planned = (link: string) =>
    planFields(
      deepFreeze({
        mapping: both,
        record: { id: 'r1', fields: { Email: 'a' } },
        contactId: 'c1',
        fields: { email: 'a', notes: 'now' },
        link: { plan: link, body },
        readAt: START,
        isTaken: () => false,
      }),
    );

  it('is over, as it was last seen in the CRM and with what is here now', () => {
    const one = planned('another mapping');
    expect(one.conflicts).toMatchObject([
      {
        ...{ id: 'known', recordId: 'r1', contactId: 'c1', field: 'notes', crm: 'Notes' },
        ...{ local: 'now', remote: 'b', event: 'closed', reason: 'mapping_changed' },
      },
    ]);
    expect(one.body).not.toHaveProperty('open');
    expect(one.rebased).toBe(true);
    expect(planned(both.planFingerprint).conflicts).toEqual(one.conflicts);
  });
});
