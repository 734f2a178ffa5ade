import { describe, expect, it } from 'vitest';
import { askedFields, bindAutomatically, formPlaceOf } from '../../../../src/core/forms/bind-automatic.ts';
import type { FormInput } from '../../../../src/core/forms/form-input.ts';
import type { LogForm } from '../../../../src/core/forms/log-form.ts';

const deal = (id: string) => ({ const: id, title: `Deal ${id}` });
const FORM: LogForm = {
  kind: 'call',
  fields: [
    { key: 'hint', type: 'note', title: 'Read this' },
    { key: 'deal', title: 'Deal', type: 'selection', options: { association: 'deals' }, writes: 'association' },
    { key: 'case', title: 'Case', type: 'selection', options: { association: 'cases' }, writes: 'association' },
    { key: 'topic', title: 'Topic', type: 'text', default: 'Sales', writes: { activityField: 'topic' } },
  ],
};
const input = (deals: readonly string[], cases: readonly string[] = []): FormInput => ({
  context: 'inboundCall',
  match: { options: { deals: deals.map(deal), cases: cases.map(deal) } },
});
const written = (form: LogForm, given: FormInput) =>
  bindAutomatically(form, given).submission?.writes.map((write) => [write.key, write.action === 'set' ? write.value : null]) ?? null;
const asked = (form: LogForm, given: FormInput) => bindAutomatically(form, given).questions.map(({ field, code }) => `${field}: ${code}`);

describe('a form that nobody fills in', () => {
  it('binds everything where everything is decided', () => {
    expect(written(FORM, input(['7'], ['9']))).toEqual([
      ['deal', '7'],
      ['case', '9'],
      ['topic', 'Sales'],
    ]);
    expect(asked(FORM, input(['7'], ['9']))).toEqual([]);
  });

  it('binds what is decided and leaves each field that is open to itself', () => {
    expect(asked(FORM, input(['7', '8'], ['9']))).toEqual(['deal: several_options']);
    expect(written(FORM, input(['7', '8'], ['9']))).toEqual([
      ['case', '9'],
      ['topic', 'Sales'],
    ]);
  });

  it('ties neither of two that exclude each other', () => {
    const exclusive = { ...FORM, exclusive: [{ fields: ['deal', 'case'] }] };
    expect(asked(exclusive, input(['7'], ['9']))).toEqual(['deal: one_tie_only']);
    expect(written(exclusive, input(['7'], ['9']))).toEqual([['topic', 'Sales']]);
    expect(written(exclusive, input(['7'], []))).toEqual([
      ['deal', '7'],
      ['topic', 'Sales'],
    ]);
  });

  it('asks for what is required and has no value', () => {
    const fields: LogForm['fields'] = [
      { key: 'name', title: 'Name', type: 'text', required: true },
      { key: 'why', title: 'Why', type: 'text', required: true },
    ];
    expect(bindAutomatically({ kind: 'call', fields }, input([]))).toMatchObject({
      submission: null,
      questions: [
        { field: 'name', code: 'missing' },
        { field: 'why', code: 'missing' },
      ],
    });
  });

  it('says of a required field without a value what is wrong, and binds the others', () => {
    const form: LogForm = { ...FORM, fields: [{ key: 'name', title: 'Name', type: 'text', required: true }, FORM.fields[3]!] };
    const { questions } = bindAutomatically(form, input([]));
    expect(questions).toEqual([{ field: 'name', code: 'missing', message: 'needs an answer', remedy: 'Answer the field.', options: [] }]);
    expect(written(form, input([]))).toEqual([['topic', 'Sales']]);
  });

  it('binds nothing where all but notes is open', () => {
    const form: LogForm = { kind: 'call', fields: FORM.fields.slice(0, 2) };
    expect(bindAutomatically(form, input(['7', '8']))).toMatchObject({ submission: null, questions: [{ field: 'deal' }] });
  });

  it('binds nothing for a type of contact that the form does not have, since that is no matter of a field', () => {
    const form: LogForm = { ...FORM, contactTypes: [{ const: 'Lead', title: 'Lead' }] };
    expect(bindAutomatically(form, { ...input(['7']), contactType: 'Robot' })).toEqual({ submission: null, questions: [] });
    expect(bindAutomatically(form, { ...input(['7', '8']), contactType: 'Robot' })).toMatchObject({
      submission: null,
      questions: [{ field: 'deal', code: 'several_options' }],
    });
  });

  it('ties one of those that exclude each other while a further one is open', () => {
    const event = { key: 'event', title: 'Event', type: 'selection', options: { association: 'events' }, writes: 'association' } as const;
    const form: LogForm = {
      kind: 'call',
      fields: [...FORM.fields.slice(1, 3), event],
      exclusive: [{ fields: ['event', 'deal', 'case'], lookups: { case: 'Case__c' } }],
    };
    const match = { options: { deals: [deal('7')], cases: [deal('9')], events: [deal('3'), deal('4')] } };
    expect(bindAutomatically(form, { context: 'inboundCall', match })).toMatchObject({
      submission: {
        writes: [
          { key: 'deal', to: { association: 'deals' }, action: 'set', value: '7' },
          { key: 'case', to: { activityField: 'Case__c' }, action: 'set', value: '9' },
        ],
      },
      questions: [{ field: 'event', code: 'several_options' }],
    });
  });

  it('writes metadata even where every field is open', () => {
    const form: LogForm = {
      kind: 'call',
      fields: [FORM.fields[1]!],
      metadata: [{ key: 'team', path: 'team', writes: { activityField: 'team' } }],
    };
    expect(written(form, { ...input(['7', '8']), metadata: { team: 'Blue' } })).toEqual([['team', 'Blue']]);
  });
});

it('a question is about its field, and about all that share its tie', () => {
  const question = { code: 'one_tie_only', message: 'would be tied together', remedy: 'Answer one.', options: [] };
  expect([...askedFields([{ ...question, field: 'topic' }])]).toEqual(['topic']);
  expect([...askedFields([{ ...question, field: 'deal', fields: ['deal', 'case'] }])]).toEqual(['deal', 'case']);
  expect([...askedFields([])]).toEqual([]);
});

it.each([
  ['call', 'inbound', 'call', 'inboundCall'],
  ['call', 'outbound', 'call', 'outboundCall'],
  ['call', 'unknown', 'call', 'inboundCall'],
  ['voicemail', 'inbound', 'message', 'voicemail'],
  ['fax', 'outbound', 'message', 'fax'],
  ['sms', 'inbound', 'message', 'message'],
  ['chat', 'unknown', 'message', 'message'],
] as const)('%s %s is logged with the form of a %s, as %s', (channel, direction, kind, context) => {
  expect(formPlaceOf({ channel, direction })).toEqual({ kind, context });
});
