import { describe, expect, it } from 'vitest';
import type { FormInput } from '../../../../src/core/forms/form-input.ts';
import type { LogForm } from '../../../../src/core/forms/log-form.ts';
import { resolveStates } from '../../../../src/core/forms/resolve-states.ts';
import { told } from '../told.ts';

const LEAD = { const: 'Lead', title: 'Lead' };
const CONTACT = { const: 'Contact', title: 'Person' };
const FORM: LogForm = {
  kind: 'call',
  fields: [
    { key: 'hint', title: 'Mind the recording', type: 'note' },
    {
      key: 'status',
      title: 'Status',
      type: 'selection',
      options: {
        byContactType: {
          Lead: [
            { const: 'new', title: 'New' },
            { const: 'active', title: 'Active' },
          ],
          Contact: [{ const: 'old', title: 'Old' }],
        },
      },
      whenSeveral: 'skip',
    },
  ],
};
const stated = (form: Partial<LogForm>, input: Partial<FormInput> = {}) => {
  const { contactType, states, questions, notes } = resolveStates({ ...FORM, ...form }, { context: 'inboundCall', ...input }, {});
  return { contactType, values: states.map(({ value }) => value), questions: questions.map(({ code }) => code), notes: told(notes) };
};

describe('what the CRM holds and no option of the type is', () => {
  const stored = { status: 'gone' };
  const KEPT = { values: ['gone'], questions: [], notes: [] };
  const DROPPED = { values: [null], questions: [], notes: ['status no_longer_offered'] };
  it.each<readonly [string, Partial<FormInput>, object]>([
    ['is kept where a person chose the type that the match has', { match: { contactType: 'Lead' }, contactType: 'Lead' }, KEPT],
    ['is kept where a person chose a type for a match that has none', { match: {}, contactType: 'Lead' }, KEPT],
    ['is kept where a person chose a type and nobody is known', { contactType: 'Lead' }, KEPT],
    ['is kept where nobody chose', { match: { contactType: 'Lead' } }, KEPT],
    ['goes where a person chose another type', { match: { contactType: 'Contact' }, contactType: 'Lead' }, DROPPED],
    [
      'goes where a person chose another type than that of the record',
      { match: { record: { object: 'Contact', recordId: '1' } }, contactType: 'Lead' },
      DROPPED,
    ],
  ])('%s', (_, input, expected) => {
    expect(stated({}, { ...input, stored })).toMatchObject(expected);
  });

  it('is kept while it is asked which type a new contact has', () => {
    expect(stated({ kind: 'new_contact', contactTypes: [LEAD, CONTACT] }, { stored })).toEqual({
      contactType: null,
      ...KEPT,
      questions: ['several_contact_types'],
    });
  });
});

describe('the type of a contact', () => {
  const both = { contactTypes: [LEAD, CONTACT] };
  it.each<readonly [string, Partial<LogForm>, Partial<FormInput>, string | null]>([
    ['is what a person chose', both, { contactType: 'Lead', match: { contactType: 'Contact' } }, 'Lead'],
    ['is what a person chose, whatever it is, where the form names none', {}, { contactType: 'Robot' }, 'Robot'],
    [
      'is that of the match before that of the form',
      { ...both, defaultContactType: 'Lead' },
      { match: { contactType: 'Contact' } },
      'Contact',
    ],
    ['is that of the form before the only one', { ...both, defaultContactType: 'Contact' }, {}, 'Contact'],
    ['is the only one that the form has', { contactTypes: [LEAD] }, {}, 'Lead'],
    ['of a new contact is that of the form', { kind: 'new_contact', ...both, defaultContactType: 'Lead' }, {}, 'Lead'],
    ['of a new contact is the only one', { kind: 'new_contact', contactTypes: [CONTACT] }, {}, 'Contact'],
    ['of a new contact is none where the form has none', { kind: 'new_contact' }, {}, null],
    ['is not asked for on the form of a log', both, {}, null],
  ])('%s', (_, form, input, expected) => {
    expect(stated(form, input)).toMatchObject({ contactType: expected, questions: [], notes: [] });
  });

  it('is asked for where a new contact may have several', () => {
    const { questions } = resolveStates({ ...FORM, kind: 'new_contact', ...both }, { context: 'inboundCall' }, {});
    expect(questions).toEqual([
      {
        field: 'contactType',
        code: 'several_contact_types',
        message: 'is not chosen, and the form has several',
        remedy: 'Give `contactType`, or `defaultContactType` in the form.',
        options: [LEAD, CONTACT],
      },
    ]);
  });

  it('that the form does not have is told, and that of the match counts', () => {
    expect(stated(both, { contactType: 'Robot', match: { contactType: 'Contact' } })).toMatchObject({
      contactType: 'Contact',
      notes: ['contactType unknown_contact_type'],
    });
  });
});
