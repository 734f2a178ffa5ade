import { describe, expect, it } from 'vitest';
import { answeredTies, answeredValues } from '../../../../src/core/forms/activity-answers.ts';
import type { BoundWrite, WritePlace } from '../../../../src/core/forms/bound-submission.ts';
import { describedField } from '../../described-field.ts';

const set = (key: string, to: WritePlace, value: string | number | boolean): BoundWrite => ({ key, to, action: 'set', value });
const clear = (key: string, to: WritePlace): BoundWrite => ({ key, to, action: 'clear' });

const FIELDS = [
  describedField('Text', 'string', { length: 5 }),
  describedField('Pick', 'picklist', { restricted: true, options: [{ value: 'a', label: 'Label A' }] }),
  describedField('Tick', 'boolean', { nullable: false }),
  describedField('Count', 'integer'),
  describedField('Day', 'date'),
  describedField('Once', 'string', { updatable: false }),
  describedField('Never', 'string', { creatable: false, updatable: false }),
];
const read = (writes: readonly BoundWrite[], isUpdate = false, reserved: readonly string[] = []) => {
  const { values, refused } = answeredValues({ writes }, 'activityField', { object: 'Task', fields: FIELDS, isUpdate, reserved });
  return { values, refused: refused.map(({ field: key, code }) => `${key}: ${code}`) };
};
const at = (activityField: string): WritePlace => ({ activityField });

describe('answers as fields of the CRM', () => {
  it.each([
    ['a text', set('k', at('Text'), 'abc'), { Text: 'abc' }],
    ['an option by its label', set('k', at('Pick'), 'label a'), { Pick: 'a' }],
    ['false', set('k', at('Tick'), false), { Tick: false }],
    ['0', set('k', at('Count'), 0), { Count: 0 }],
    ['a number as text', set('k', at('Count'), '12'), { Count: 12 }],
    ['a day', set('k', at('Day'), '2026-02-28'), { Day: '2026-02-28' }],
    ['none', clear('k', at('Text')), { Text: null }],
  ])('%s', (_, write, values) => {
    expect(read([write], true)).toEqual({ values, refused: [] });
  });

  it.each([
    ['field_not_visible', set('k', at('Txet'), 'abc'), false],
    ['read_only_field', set('k', at('Never'), 'abc'), false],
    ['read_only_field', set('k', at('Once'), 'abc'), true],
    ['unknown_option', set('k', at('Pick'), 'b'), false],
    ['too_long', set('k', at('Text'), 'abcdef'), false],
    ['not_a_number', set('k', at('Count'), 'many'), false],
    ['not_an_integer', set('k', at('Count'), 1.5), false],
    ['not_nullable', clear('k', at('Tick')), true],
  ])('%s', (code, write, isUpdate) => {
    expect(read([write], isUpdate)).toEqual({ values: {}, refused: [`k: ${code}`] });
  });

  it('sets on a create what only a create may set, and clears nothing there', () => {
    expect(read([set('k', at('Once'), 'abc'), clear('t', at('Tick'))])).toEqual({ values: { Once: 'abc', Tick: null }, refused: [] });
  });

  it("leaves what is not the form's to write alone, takes only its own kind of place, and tells everything at once", () => {
    const writes = [set('a', at('Text'), 'abc'), set('b', { recordField: 'Text' }, 'abc'), set('c', at('Pick'), 'b')];
    expect(read(writes, false, ['Text'])).toEqual({ values: {}, refused: ['a: field_taken', 'c: unknown_option'] });
  });
});

describe('answers as ties', () => {
  const tie = (association: string): WritePlace => ({ association });

  it('are kept by the field, numbers as the text of an id', () => {
    expect(answeredTies({ writes: [set('deal', tie('deals'), 7), set('topic', at('Text'), 'x')] })).toEqual({
      ties: { deal: { object: 'deals', id: '7' } },
      cleared: [],
    });
  });

  it('clear what is not set again', () => {
    const writes = [clear('deal', tie('deals')), clear('case', tie('cases')), set('case', tie('cases'), '9')];
    expect(answeredTies({ writes })).toEqual({ ties: { case: { object: 'cases', id: '9' } }, cleared: ['deal'] });
  });
});
