import { test } from '@fast-check/vitest';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EMPTY_BODY, type LinkBody } from '../../../src/core/link/link.ts';
import type { CompiledMapping, CrmRecord } from '../../../src/core/mapping/mapping-types.ts';
import { emptyFields } from '../../../src/core/schema/schema.ts';
import { nothingNewFinder } from '../../../src/core/sync/brings-nothing-new.ts';
import { newFieldsPlanner } from '../../../src/core/sync/new-fields.ts';
import { planFields } from '../../../src/core/sync/plan-fields.ts';
import type { Value } from '../../../src/core/values/value.ts';
import { examples } from '../../number-of-examples.ts';
import { compiled, DESCRIBED, type Rule, START, schema } from './world.ts';

/** Rules of every kind; some share a CRM field or a contact field, some can't be used with the CRM as described. */
const RULES: readonly Rule[] = [
  { crm: 'FirstName', field: 'first_name', direction: 'inbound' },
  { crm: 'Name', field: 'first_name', direction: 'inbound', transform: 'first_word' },
  { crm: ['LastName', 'Name'], field: 'last_name', direction: 'inbound' },
  { crm: 'Source', field: 'notes', direction: 'inbound', transform: 'unknown_if_blank' },
  { crm: 'Status', field: 'lead_status', direction: 'both', valueMap: { Open: 'New' } },
  { crm: 'Email', field: 'email', direction: 'both', firstLink: 'manual' },
  { crm: 'Hidden', field: 'email', direction: 'inbound' },
  { crm: 'Score', field: 'score', direction: 'both', conflict: 'newest' },
  { crm: 'Notes', field: 'notes', direction: 'outbound' },
  { crm: 'Rating', field: 'score', direction: 'outbound' },
];
const NAMES = ['Phone', 'FirstName', 'Name', 'LastName', 'Status', 'Email', 'Score', 'Notes', 'Rating', 'Source', 'Hidden'];
const described = {
  name: 'Contact',
  label: 'Contact',
  fields: NAMES.filter((name) => name !== 'Hidden').map((name) => ({ ...DESCRIBED, name, label: name })),
};

const transforms = { unknown_if_blank: (value: Value) => value ?? 'unknown' };

const value: fc.Arbitrary<Value> = fc.constantFrom<Value>(
  null,
  '',
  'New',
  'Open',
  'open',
  'Alice Smith',
  '7',
  7,
  true,
  '+14155550123',
  'n/a',
);
const mapping: fc.Arbitrary<CompiledMapping> = fc
  .record({ rules: fc.subarray([...RULES], { minLength: 1 }), isDescribed: fc.boolean() })
  .map(({ rules, isDescribed }) => compiled(rules, {}, { transforms, ...(isDescribed && { described }) }));
const record: fc.Arbitrary<CrmRecord> = fc
  .dictionary(fc.constantFrom(...NAMES), value)
  .map((fields) => ({ id: 'r1', fields, modifiedAt: '2026-01-05T09:00:00.000Z' }));

const bringsNothingNew = (rules: CompiledMapping, ...stand: Parameters<ReturnType<typeof nothingNewFinder>>) =>
  nothingNewFinder(rules)(...stand);

describe('a contact that is about to be made', () => {
  test.prop([mapping, fc.array(record, { minLength: 2, maxLength: 4 })], examples(500))(
    'is planned the same, whoever was planned before',
    (rules, records) => {
      const plan = newFieldsPlanner(rules);
      expect(records.map((one) => plan(one))).toEqual(records.map((one) => newFieldsPlanner(rules)(one)));
    },
  );

  test.prop([mapping, value], examples(500))('takes over a value as it is only where reading it gives the same', (rules, remote) => {
    for (const rule of rules.rules) if (rule.isLocal(remote)) expect(rule.toLocal(remote)).toStrictEqual({ ok: true, value: remote });
  });

  it('takes over as they are: numbers as E.164, text, options, numbers, truths, and what is empty', () => {
    const { rules } = compiled([
      { crm: 'Phone', field: 'phone_number', direction: 'inbound' },
      { crm: 'FirstName', field: 'first_name', direction: 'inbound' },
      { crm: 'Status', field: 'lead_status', direction: 'inbound' },
      { crm: 'Score', field: 'score', direction: 'inbound' },
    ]);
    const isLocal = (name: string, remote: Value) => rules.find(({ field }) => field === name)?.isLocal(remote);
    expect(isLocal('phone_number', '+14155550123')).toBe(true);
    expect(isLocal('phone_number', '(415) 555-0123')).toBe(false);
    expect(isLocal('first_name', 'Alice')).toBe(true);
    expect(isLocal('first_name', ' ')).toBe(false);
    expect(isLocal('lead_status', 'New')).toBe(true);
    expect(isLocal('lead_status', 'new')).toBe(false);
    expect(isLocal('score', 7.5)).toBe(true);
    expect(isLocal('score', '7')).toBe(false);
    for (const name of ['first_name', 'lead_status', 'score']) expect(isLocal(name, null)).toBe(true);
    for (const remote of [-0, 2 ** 53, true]) expect(isLocal('score', remote)).toBe(false);
  });

  test.prop([mapping, record], examples(1_000))('is planned as by the table of all cases', (rules, of) => {
    const {
      rebased: _,
      recheck: __,
      body,
      set,
      ...all
    } = planFields({
      mapping: rules,
      record: of,
      contactId: null,
      fields: {},
      readAt: START,
      isTaken: () => false,
    });
    expect(newFieldsPlanner(rules)(of)).toEqual({
      ...all,
      set: { ...emptyFields(schema), ...set },
      body: { ...body, modifiedAt: '2026-01-05T09:00:00.000Z' },
    });
  });
});

describe('a record that brings nothing new', () => {
  const edits = fc.dictionary(fc.constantFrom(...Object.keys(schema.fields)), value, { maxKeys: 1 });
  const intent = { op: 'op', at: START, until: START + 60_000, values: { Email: { local: 'a', remote: 'a' } } };
  const more = fc.constantFrom<Partial<LinkBody>>(
    {},
    {},
    {},
    { sent: [intent] },
    { held: { Email: { code: 'invalid', remedy: '', valueHash: 'h', retryAt: START } } },
    { successor: 'r2' },
    {
      open: {
        Email: {
          id: 'c',
          field: 'email',
          kind: 'manual',
          reason: 'policy',
          since: START,
          times: null,
          local: 'a',
          remote: 'b',
          incoming: 'b',
        },
      },
    },
  );
  const stands = fc.record({ mapping, before: record, after: fc.option(record), local: edits, more });

  /** The record as it was first planned, then each side moved a little. */
  function settle({ mapping: rules, before, after, local, more: also }: typeof stands extends fc.Arbitrary<infer S> ? S : never) {
    const { set, body } = newFieldsPlanner(rules)(before);
    const now = after === null ? before : { ...before, fields: { ...before.fields, ...after.fields } };
    return { rules, now, fields: { ...set, ...local }, body: { ...body, ...also } };
  }
  const planned = ({ rules, now, fields, body }: ReturnType<typeof settle>) =>
    planFields({
      mapping: rules,
      record: now,
      contactId: 'c1',
      fields,
      link: { body, plan: rules.planFingerprint },
      readAt: START,
      isTaken: () => false,
    });

  test.prop([mapping, fc.array(fc.tuple(record, fc.option(record), edits, more), { minLength: 2, maxLength: 4 })], examples(1_000))(
    'is found the same, whichever records were looked at before',
    (rules, all) => {
      const find = nothingNewFinder(rules);
      for (const [before, after, local, also] of all) {
        const { now, fields, body } = settle({ mapping: rules, before, after, local, more: also });
        expect(find(now, fields, body)).toBe(bringsNothingNew(rules, now, fields, body));
      }
    },
  );

  test.prop([stands], examples(2_000))('is one about which the table of all cases decides nothing', (stand) => {
    const { rules, now, fields, body } = settle(stand);
    if (!bringsNothingNew(rules, now, fields, body)) return;
    const { body: after, ...plan } = planned({ rules, now, fields, body });
    expect(plan).toMatchObject({
      changes: [],
      refused: [],
      conflicts: [],
      drift: [],
      flips: [],
      rebased: false,
      send: false,
      recheck: false,
    });
    expect(plan.set).toEqual({});
    expect(after).toEqual(body);
  });

  it('is found where both sides are as they were, and not where one has moved or something is open', () => {
    const rules = compiled([
      { crm: 'Email', field: 'email', direction: 'both' },
      { crm: 'Name', field: 'last_name', direction: 'inbound' },
    ]);
    const of: CrmRecord = { id: 'r1', fields: { Phone: '(415) 555-0123', Email: 'a', Name: 'Smith' } };
    const { set, body } = newFieldsPlanner(rules)(of);
    const brings = (fields: Record<string, Value>, more: Partial<LinkBody> = {}, remote: Record<string, Value> = {}) =>
      !bringsNothingNew(rules, { ...of, fields: { ...of.fields, ...remote } }, { ...set, ...fields }, { ...body, ...more });
    expect(brings({})).toBe(false);
    expect(brings({ last_name: 'Smyth' })).toBe(false); // stays here: the field is inbound
    expect(brings({ email: 'b' })).toBe(true);
    expect(brings({}, {}, { Email: 'b' })).toBe(true);
    expect(brings({}, {}, { Name: null })).toBe(true);
    expect(brings({}, { sent: [intent] })).toBe(true);
    expect(brings({}, { base: EMPTY_BODY.base })).toBe(true);
    expect(brings({}, { successor: 'r2' })).toBe(true);
  });

  it('is found also where a rule can not be used, or its field is not shown', () => {
    const rules = compiled(
      [
        { crm: 'Hidden', field: 'last_name', direction: 'inbound' },
        { crm: 'Email', field: 'email', direction: 'both' },
        { crm: 'Notes', field: 'notes', direction: 'outbound' },
      ],
      {},
      { described },
    );
    const of: CrmRecord = { id: 'r1', fields: { Phone: '(415) 555-0123', Email: 'a', Notes: null } };
    const { set, body } = newFieldsPlanner(rules)(of);
    const base = { ...body.base, Notes: { local: null, remote: null } };
    const brings = (fields: Record<string, unknown>) =>
      !bringsNothingNew(rules, { ...of, fields: { ...of.fields, ...fields } }, set, { ...body, base });
    expect(brings({})).toBe(false);
    expect(brings({ Hidden: 'Smith' })).toBe(false); // is not read
    expect(brings({ Phone: undefined })).toBe(false); // absent: not a move (R15)
    expect(brings({ Email: undefined })).toBe(true); // planned, for there may be an edit to send
    expect(brings({ Notes: undefined })).toBe(true);
    expect(brings({ Notes: 'theirs' })).toBe(true);
  });

  it('is found where a rule writes a field of a kind that could not be read', () => {
    const odd = { ...described, fields: [...described.fields, { ...DESCRIBED, name: 'When', label: 'When', type: 'date' as const }] };
    const rules = compiled([{ crm: 'When', field: 'score', direction: 'outbound' }], {}, { described: odd });
    const of: CrmRecord = { id: 'r1', fields: { Phone: '(415) 555-0123', When: null } };
    const { set, body } = newFieldsPlanner(rules)(of);
    const base = { ...body.base, When: { local: null, remote: null } };
    expect(bringsNothingNew(rules, of, set, { ...body, base })).toBe(true);
    expect(bringsNothingNew(rules, { ...of, fields: { ...of.fields, When: '2026-01-05' } }, set, { ...body, base })).toBe(false);
  });
});
