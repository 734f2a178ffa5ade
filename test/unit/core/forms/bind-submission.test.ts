import { test } from '@fast-check/vitest';
import fc from 'fast-check';
import { describe, expect, expectTypeOf, it } from 'vitest';
import { isStorable } from '../../../../src/core/base/text.ts';
import { bindSubmission } from '../../../../src/core/forms/bind-submission.ts';
import { defineLogForm, parseLogForm } from '../../../../src/core/forms/define-log-form.ts';
import type { FormInput } from '../../../../src/core/forms/form-input.ts';
import type { LogForm } from '../../../../src/core/forms/log-form.ts';
import { resolveLogForm } from '../../../../src/core/forms/resolve-log-form.ts';
import { told } from '../told.ts';

const DEALS = [
  { const: 'd1', title: 'Renewal' },
  { const: 'd2', title: 'Expansion' },
];
const FORM = defineLogForm({
  kind: 'call',
  fields: [
    { key: 'deal', title: 'Deal', type: 'selection', options: { association: 'deals' }, writes: 'association', whenSeveral: 'skip' },
    {
      key: 'billable',
      title: 'Billable?',
      type: 'selection',
      options: [
        { const: 'billable', title: 'Billable' },
        { const: 'pro_bono', title: 'Pro bono' },
      ],
      whenSeveral: 'skip',
      writes: { activityField: 'billable_status' },
    },
    {
      key: 'rate',
      title: 'Rate',
      type: 'selection',
      options: [
        { const: 0, title: 'Free' },
        { const: 10, title: 'Full' },
      ],
      whenSeveral: 'skip',
    },
    { key: 'reason', title: 'Reason', type: 'text', maxLength: 5, writes: { activityField: 'reason' } },
    { key: 'follow_up', title: 'Follow up?', type: 'checkbox', writes: { activityField: 'needs_follow_up' } },
    { key: 'hint', title: 'Mind the recording', type: 'note' },
  ],
  metadata: [{ key: 'department', path: 'user.department', writes: { activityField: 'department' } }],
});
const INPUT: FormInput = { context: 'inboundCall', match: { record: { object: 'contacts', recordId: '1' }, options: { deals: DEALS } } };
const bind = (answers: unknown, input: Partial<FormInput> = {}) => {
  const bound = bindSubmission(FORM, { ...INPUT, ...input }, answers);
  if (!bound.ok) throw new Error(bound.issues.map(({ path, code }) => `${path.join('.')} ${code}`).join());
  return bound.value;
};
const problems = (form: Parameters<typeof bindSubmission>[0], answers: unknown, input: Partial<FormInput> = {}) => {
  const bound = bindSubmission(form, { ...INPUT, ...input }, answers);
  return bound.ok ? [] : told(bound.issues);
};
const set = (value: unknown, source = 'user') => ({ action: 'set', value, source });
const [CLEAR, UNTOUCHED] = [{ action: 'clear' }, { action: 'untouched' }];

describe('an answer', () => {
  it.each([
    ['an option', 'deal', 'd2', set('d2')],
    ['none', 'deal', 'none', CLEAR],
    ['null', 'deal', null, CLEAR],
    ['nothing chosen, as a page posts it', 'deal', '', CLEAR],
    ['zero', 'rate', 0, set(0)],
    ['a number as a page posts it', 'rate', '10', set(10)],
    ['false', 'follow_up', false, set(false)],
    ['false as text', 'follow_up', 'false', set(false)],
    ['a tick of a page', 'follow_up', 'on', set(true)],
    ['a text', 'reason', 'ab 🚀', set('ab 🚀')],
    ['a blank text', 'reason', '  ', CLEAR],
  ])('%s', (_, key, answer, expected) => {
    const { answers } = bind({ [key]: answer });
    expect(answers[key as 'deal']).toEqual(expected);
    for (const other of ['deal', 'billable', 'rate', 'reason', 'follow_up'] as const)
      if (other !== key) expect(answers[other]).toEqual(UNTOUCHED);
  });

  it.each([
    ['an option that is not offered', { deal: 'd9' }, 'deal not_offered'],
    ['another type', { deal: ['d1'] }, 'deal wrong_type'],
    ['a number for a text', { reason: 5 }, 'reason wrong_type'],
    ['a text too long', { reason: '123456' }, 'reason too_long'],
    ['half a character', { reason: '\ud800' }, 'reason not_storable'],
    ['maybe', { follow_up: 'maybe' }, 'follow_up wrong_type'],
    ['a field that is none', { dael: 'd1' }, 'dael unknown_field'],
    ['a note', { hint: 'x' }, 'hint not_answerable'],
    ['metadata', { department: 'x' }, 'department not_answerable'],
    ['a hostile name', JSON.parse('{"__proto__":"d1"}'), '__proto__ unknown_field'],
    ['no object', ['d1'], ' wrong_type'],
    ['a text', 'd1', ' wrong_type'],
    ['a number', 1, ' wrong_type'],
    ['nothing at all', null, ' wrong_type'],
  ])('%s is refused', (_, answers, problem) => {
    expect(problems(FORM, answers)).toEqual([problem]);
  });

  it('is refused with all others at once', () => {
    expect(problems(FORM, { deal: 'd9', reason: '123456', other: 1 })).toEqual([
      'other unknown_field',
      'deal not_offered',
      'reason too_long',
    ]);
  });

  it.each([
    ['nearly one', 'follow_ip', 'Did you mean `follow_up`?'],
    ['like none', 'colour', 'Remove it, or add a field with this key to the form.'],
  ])('to a field that is %s says what to do', (_, key, remedy) => {
    expect(bindSubmission(FORM, INPUT, { [key]: 'x' })).toEqual({
      ok: false,
      issues: [{ path: [key], code: 'unknown_field', message: 'is no field of the form', remedy }],
    });
  });

  it('to one of several metadata is refused', () => {
    const form = parseLogForm({ ...FORM, metadata: [...FORM.metadata, { key: 'team', path: 'user.team' }] });
    expect(problems(form, { team: 'x', department: 'x' })).toEqual(['team not_answerable', 'department not_answerable']);
  });

  it('of none stands where the CRM ties nothing to such a record', () => {
    const because = { deals: { code: 'lead_without_ties', remedy: 'Convert the lead.' } };
    expect(problems(FORM, { deal: 'none' }, { match: { options: { deals: [] }, because } })).toEqual([]);
  });

  it('is typed by the form', () => {
    const { answers } = bind({ billable: 'pro_bono' });
    if (answers.billable.action === 'set') expectTypeOf(answers.billable.value).toEqualTypeOf<'billable' | 'pro_bono'>();
    if (answers.follow_up.action === 'set') expectTypeOf(answers.follow_up.value).toEqualTypeOf<boolean>();
    if (answers.rate.action === 'set') expectTypeOf(answers.rate.value).toEqualTypeOf<0 | 10>();
    expectTypeOf(answers).not.toHaveProperty('hint');
    expect(answers.billable).toEqual(set('pro_bono'));
  });
});

describe('a required field', () => {
  const form = (more: object = {}, type = 'selection') =>
    parseLogForm({
      kind: 'call',
      fields: [
        { key: 'one', title: 'One', type, ...(type === 'selection' && { options: DEALS, whenSeveral: 'skip' }), required: true, ...more },
      ],
    });
  it.each([
    ['without an answer', form(), {}, ['one missing']],
    ['with none', form(), { one: 'none' }, ['one missing']],
    ['with none, which the form lists', form({ includeNoneOption: true }), { one: 'none' }, []],
    ['without an answer, though none is listed', form({ includeNoneOption: true }), {}, ['one missing']],
    ['with an answer that is refused', form(), { one: 'x' }, ['one not_offered']],
    ['that nothing decides', form({ whenSeveral: 'ask' }), {}, ['one several_options']],
    ['with a blank text', form({}, 'text'), { one: ' ' }, ['one missing']],
    ['with a tick of false', form({}, 'checkbox'), { one: false }, []],
    ['with a default', form({ default: 'd1' }), {}, []],
  ])('%s', (_, one, answers, expected) => {
    expect(problems(one, answers)).toEqual(expected);
  });
});

describe('no answers', () => {
  const form = parseLogForm({
    ...FORM,
    fields: FORM.fields.map((field) => (field.key === 'deal' ? { ...field, whenSeveral: 'ask' } : field)),
  });
  it('take what the form shows, with its source', () => {
    const match = { ...INPUT.match, options: { deals: DEALS.slice(0, 1) } };
    expect(bind({}, { match }).answers.deal).toEqual(set('d1', 'single_option'));
    expect(bind({}, { match }).writes).toEqual([{ key: 'deal', to: { association: 'deals' }, action: 'set', value: 'd1' }]);
  });
  it('are none where a setting says so, which empties the field', () => {
    const proposed = parseLogForm({
      ...FORM,
      fields: FORM.fields.map((field) => (field.key === 'billable' ? { ...field, defaultSettingId: 'billable' } : field)),
    });
    const bound = bindSubmission(proposed, { ...INPUT, settings: { billable: 'none' } });
    expect(bound.ok && bound.value).toMatchObject({
      answers: { billable: CLEAR, rate: UNTOUCHED },
      writes: [{ key: 'billable', to: { activityField: 'billable_status' }, action: 'clear' }],
    });
  });
  it('leave every open question to be answered', () => {
    expect(problems(form, {})).toEqual(['deal several_options']);
    expect(problems(form, { deal: 'none' })).toEqual([]);
  });
  it('are told apart from an answer that is refused: one problem for one field', () => {
    expect(problems(form, { deal: 'd9' })).toEqual(['deal not_offered']);
    expect(problems(form, { deal: undefined })).toEqual(['deal several_options']);
  });
  it('are those of options that are not there yet', () => {
    const dynamic = parseLogForm({ kind: 'call', fields: [{ key: 'one', title: 'One', type: 'selection', dynamicOptions: true }] });
    expect(problems(dynamic, {}, { loaded: { one: { failed: true } } })).toEqual([]);
    expect(problems(dynamic, { one: 'd1' }, { loaded: { one: { failed: true } } })).toEqual(['one options_not_loaded']);
    expect(problems(dynamic, { one: 'd1' }, { loaded: { one: DEALS } })).toEqual([]);
  });
});

describe('an update', () => {
  const stored = { deal: 'd1', billable: 'billable', reason: 'x', follow_up: true };
  it('leaves alone what is not answered, and what is answered as it is', () => {
    expect(Object.values(bind({}, { stored }).answers)).toEqual([UNTOUCHED, UNTOUCHED, UNTOUCHED, UNTOUCHED, UNTOUCHED]);
    expect(bind(stored, { stored })).toMatchObject({ writes: [], answers: { deal: UNTOUCHED, follow_up: UNTOUCHED } });
  });
  it('moves a tie, unticks and clears', () => {
    const { writes } = bind({ deal: 'd2', follow_up: false, reason: null }, { stored });
    expect(writes).toEqual([
      { key: 'reason', to: { activityField: 'reason' }, action: 'clear', previous: 'x' },
      { key: 'deal', to: { association: 'deals' }, action: 'set', value: 'd2', previous: 'd1' },
      { key: 'follow_up', to: { activityField: 'needs_follow_up' }, action: 'set', value: false, previous: true },
    ]);
    expect(bind({ deal: 'none' }, { stored }).writes).toEqual([
      { key: 'deal', to: { association: 'deals' }, action: 'clear', previous: 'd1' },
    ]);
  });
  it('takes a stored value that is not offered any more as it is', () => {
    const gone = { ...stored, deal: 'closed-one' };
    expect(bind({ deal: 'closed-one' }, { stored: gone }).writes).toEqual([]);
    expect(problems(FORM, { deal: 'closed-two' }, { stored: gone })).toEqual(['deal not_offered']);
  });
});

describe('what the CRM holds, as a page posts it back,', () => {
  it.each([
    ['with line breaks of a page', 'reason', 'a\r\nb', 'a\nb'],
    ['longer than the field', 'reason', 'much too long', 'much too long'],
    ['a number in a text field', 'reason', 5, '5'],
    ['a truth in the words of the CRM', 'follow_up', 'Yes', true],
    ['a truth in a selection', 'billable', true, 'true'],
    ['what nobody could answer', 'reason', 'a\u0000', 'a\u0000'],
  ])('%s writes nothing', (_, key, held, posted) => {
    expect(bind({ [key]: posted }, { stored: { [key]: held } })).toMatchObject({ writes: [], answers: { [key]: UNTOUCHED } });
  });
  it('is refused for another field all the same', () => {
    expect(problems(FORM, { reason: 'much too long' }, { stored: { deal: 'much too long' } })).toEqual(['reason too_long']);
  });
  it('and none of a required field, where none is listed, is there already', () => {
    const form = parseLogForm({
      kind: 'call',
      fields: [{ key: 'one', title: 'One', type: 'selection', options: DEALS, required: true, includeNoneOption: true }],
    });
    expect(problems(form, {}, { stored: {} })).toEqual([]);
    expect(problems(form, {})).toEqual(['one several_options']);
  });
});

describe('another type of contact', () => {
  const options = { byContactType: { Lead: [{ const: 'new', title: 'New' }], Contact: DEALS } };
  const form = parseLogForm({
    kind: 'call',
    fields: [{ key: 'status', title: 'Status', type: 'selection', options, whenSeveral: 'skip', writes: { activityField: 'status' } }],
  });
  const writes = (answers: object) => {
    const input: FormInput = { context: 'message', match: { contactType: 'Lead' }, stored: { status: 'new' }, contactType: 'Contact' };
    const bound = bindSubmission(form, input, answers);
    return bound.ok ? bound.value.writes : told(bound.issues);
  };
  it('leaves what the CRM holds alone until somebody answers', () => {
    expect(writes({})).toEqual([]);
    expect(writes({ status: null })).toEqual([{ key: 'status', to: { activityField: 'status' }, action: 'clear', previous: 'new' }]);
    expect(writes({ status: 'd1' })).toMatchObject([{ action: 'set', value: 'd1', previous: 'new' }]);
    expect(writes({ status: 'new' })).toEqual(['status not_offered']);
  });
});

describe('one tie only', () => {
  const form = (group: object = {}) =>
    parseLogForm({
      kind: 'call',
      fields: ['opportunity', 'case'].map((key) => ({
        key,
        title: key,
        type: 'selection',
        options: { association: key },
        writes: 'association',
        whenSeveral: 'skip',
      })),
      exclusive: [{ fields: ['opportunity', 'case'], ...group }],
    });
  const match = { options: { opportunity: DEALS, case: DEALS } };
  const lookups = { lookups: { case: 'Case__c' } };
  const writes = (group: object, answers: object, stored?: Record<string, string>) => {
    const bound = bindSubmission(form(group), { context: 'inboundCall', match, ...(stored && { stored }) }, answers);
    return bound.ok ? bound.value.writes : told(bound.issues);
  };
  const tie = (association: string) => ({ association });
  const LOOKUP = { activityField: 'Case__c' };

  it('two answers are refused', () => {
    expect(writes({}, { opportunity: 'd1', case: 'd2' })).toEqual(['case one_tie_only']);
    expect(writes({}, { case: 'd2' }, { opportunity: 'd1' })).toEqual(['case one_tie_only']);
  });
  it('or the second goes to the lookup field', () => {
    expect(writes(lookups, { opportunity: 'd1', case: 'd2' })).toEqual([
      { key: 'opportunity', to: tie('opportunity'), action: 'set', value: 'd1' },
      { key: 'case', to: LOOKUP, action: 'set', value: 'd2' },
    ]);
    expect(writes(lookups, { case: 'd2' })).toEqual([{ key: 'case', to: tie('case'), action: 'set', value: 'd2' }]);
  });
  it('two that the CRM holds stay until one of them is answered', () => {
    const stored = { opportunity: 'd1', case: 'd2' };
    expect(writes({}, {}, stored)).toEqual([]);
    expect(writes({}, stored, stored)).toEqual([]);
    expect(writes({}, { case: 'd1' }, stored)).toEqual(['case one_tie_only']);
    expect(writes({}, { case: 'none' }, stored)).toMatchObject([{ key: 'case', action: 'clear' }]);
  });
  it('a group may name a field that the form does not have: it is answered by nobody', () => {
    const stranger: LogForm = { ...form(), exclusive: [{ fields: ['opportunity', 'case', 'event'] }] };
    const input: FormInput = { context: 'inboundCall', match, stored: { opportunity: 'd1', case: 'd2' } };
    expect(problems(stranger, {}, input)).toEqual([]);
    expect(problems(stranger, { case: 'd1' }, input)).toEqual(['case one_tie_only']);
  });
  it('another answer moves the tie', () => {
    expect(writes({}, { opportunity: 'none', case: 'd2' }, { opportunity: 'd1' })).toEqual([
      { key: 'opportunity', to: tie('opportunity'), action: 'clear', previous: 'd1' },
      { key: 'case', to: tie('case'), action: 'set', value: 'd2' },
    ]);
  });
  it('what stood in the lookup gets the tie when it is free, and leaves it when it is taken', () => {
    expect(writes(lookups, { opportunity: 'none' }, { opportunity: 'd1', case: 'd2' })).toEqual([
      { key: 'opportunity', to: tie('opportunity'), action: 'clear', previous: 'd1' },
      { key: 'case', to: LOOKUP, action: 'clear', previous: 'd2' },
      { key: 'case', to: tie('case'), action: 'set', value: 'd2' },
    ]);
    expect(writes(lookups, { opportunity: 'd1' }, { case: 'd2' })).toEqual([
      { key: 'case', to: tie('case'), action: 'clear', previous: 'd2' },
      { key: 'opportunity', to: tie('opportunity'), action: 'set', value: 'd1' },
      { key: 'case', to: LOOKUP, action: 'set', value: 'd2' },
    ]);
  });
});

describe('a CRM that ties several', () => {
  it('gets a deal and a lead at once', () => {
    const fields = ['deals', 'leads'].map((key) => ({
      key,
      title: key,
      type: 'selection',
      options: { association: key },
      writes: 'association',
    }));
    const match = { options: { deals: [{ const: 12, title: 'Fleet' }], leads: [{ const: 'a1-b2', title: 'Trade fair' }] } };
    const bound = bindSubmission(parseLogForm({ kind: 'message', fields }), { context: 'message', match }, { deals: '12' });
    expect(bound.ok && bound.value.writes).toEqual([
      { key: 'deals', to: { association: 'deals' }, action: 'set', value: 12 },
      { key: 'leads', to: { association: 'leads' }, action: 'set', value: 'a1-b2' },
    ]);
  });
});

describe('options that a label of the tie narrows', () => {
  const fields = ['deals:Buyer', 'deals: Partner'].map((association, index) => ({
    key: ['bought', 'sold'][index],
    title: association,
    type: 'selection',
    options: { association },
    writes: index === 0 ? 'association' : { association },
    whenSeveral: 'skip',
  }));
  const form = parseLogForm({ kind: 'call', fields });
  const match = { options: { 'deals:Buyer': DEALS, 'deals: Partner': DEALS } };
  const writes = (answers: object, stored?: Record<string, string>) => {
    const bound = bindSubmission(form, { context: 'inboundCall', match, ...(stored && { stored }) }, answers);
    return bound.ok ? bound.value.writes : told(bound.issues);
  };
  const to = { association: 'deals' };

  it('tie the activity to the object', () => {
    expect(writes({ bought: 'd1', sold: 'd2' })).toEqual([
      { key: 'bought', to, action: 'set', value: 'd1' },
      { key: 'sold', to, action: 'set', value: 'd2' },
    ]);
  });
  it('a tie that another field has too is not cleared with the first one', () => {
    expect(writes({ bought: 'none' }, { bought: 'd1', sold: 'd1' })).toEqual([]);
    expect(writes({ bought: 'none', sold: 'd1' }, { bought: 'd1' })).toEqual([{ key: 'sold', to, action: 'set', value: 'd1' }]);
    expect(writes({ bought: 'none' }, { bought: 'd1', sold: 'd2' })).toEqual([{ key: 'bought', to, action: 'clear', previous: 'd1' }]);
  });
});

describe('a submission', () => {
  it('carries record, type and metadata', () => {
    const { record, contactType, metadata, writes } = bind({}, { metadata: { user: { department: 'Sales' } } });
    expect({ record, contactType, metadata, writes }).toEqual({
      record: { object: 'contacts', recordId: '1' },
      contactType: 'contacts',
      metadata: { department: 'Sales' },
      writes: [{ key: 'department', to: { activityField: 'department' }, action: 'set', value: 'Sales' }],
    });
  });

  it('hands metadata that goes to no field of the CRM back, and writes only what does', () => {
    const form = parseLogForm({ kind: 'call', fields: [], metadata: [{ key: 'team', path: 'user.team' }, ...FORM.metadata] });
    const bound = bindSubmission(form, { ...INPUT, metadata: { user: { team: 'West', department: 'Sales' } } });
    expect(bound.ok && bound.value).toMatchObject({
      metadata: { team: 'West', department: 'Sales' },
      writes: [{ key: 'department', to: { activityField: 'department' }, action: 'set', value: 'Sales' }],
    });
  });

  it('is not bound for a type of contact that the form does not have', () => {
    const form = parseLogForm({
      kind: 'new_contact',
      contactTypes: [
        { const: 'Lead', title: 'Lead' },
        { const: 'Contact', title: 'Contact' },
      ],
      fields: [],
    });
    expect(problems(form, {}, { match: null })).toEqual(['contactType several_contact_types']);
    expect(problems(form, {}, { match: null, contactType: 'Lead' })).toEqual([]);
    const fields = [{ key: 'contactType', title: 'Called', type: 'text' }];
    expect(problems(parseLogForm({ ...form, fields }), { contactType: 'Lead' }, { match: null })).toEqual([
      'contactType several_contact_types',
    ]);
    expect(problems(form, {}, { match: null, contactType: 'Robot' })).toEqual([
      'contactType unknown_contact_type',
      'contactType several_contact_types',
    ]);
  });

  const held = fc.record({
    deal: fc.option(fc.constantFrom('d1', 'd2', 'gone')),
    billable: fc.option(fc.constantFrom('billable', 'pro_bono', 'old word')),
    rate: fc.option(fc.constantFrom(0, 10, 20)),
    reason: fc.option(fc.string({ maxLength: 5 }).filter(isStorable)),
    follow_up: fc.option(fc.boolean()),
  });
  test.prop([held])('of a form as it is shown changes nothing', (stored) => {
    const { values } = resolveLogForm(FORM, { ...INPUT, stored });
    expect(bind(values, { stored }).writes).toEqual([]);
    expect(bind(JSON.parse(JSON.stringify(values)), { stored }).writes).toEqual([]);
  });

  test.prop([fc.constantFrom(...DEALS.map((option) => option.const), 'none'), fc.boolean()])(
    'once written and shown again, says the same and writes nothing',
    (deal, tick) => {
      const first = bind({ deal, follow_up: tick });
      const stored = Object.fromEntries(
        Object.entries(first.answers).flatMap(([key, answer]) => (answer.action === 'set' ? [[key, answer.value]] : [])),
      );
      expect(bind({ deal, follow_up: tick }, { stored }).writes).toEqual([]);
    },
  );

  test.prop([fc.anything(), fc.constantFrom('deal', 'billable', 'rate', 'reason', 'follow_up', 'hint', '__proto__')])(
    'of anything never throws, and changes nothing that it is given',
    (part, key) => {
      const answers = JSON.parse(`{${JSON.stringify(key)}:null}`) as Record<string, unknown>;
      Object.defineProperty(answers, key, { value: part, enumerable: true });
      expect(() => bindSubmission(FORM, INPUT, part)).not.toThrow();
      const bound = bindSubmission(FORM, INPUT, Object.freeze(answers));
      if (bound.ok) expect(JSON.parse(JSON.stringify(bound.value))).toEqual(bound.value);
    },
  );
});
