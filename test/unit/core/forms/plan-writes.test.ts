import { describe, expect, it } from 'vitest';
import { bindSubmission } from '../../../../src/core/forms/bind-submission.ts';
import type { FormInput } from '../../../../src/core/forms/form-input.ts';
import type { LogField, LogForm, SelectionField } from '../../../../src/core/forms/log-form.ts';
import { planWrites } from '../../../../src/core/forms/plan-writes.ts';

const DEALS = [
  { const: 'd1', title: 'Renewal' },
  { const: 'd2', title: 'Expansion' },
];
const TIE: SelectionField = {
  key: 'deal',
  title: 'Deal',
  type: 'selection',
  options: { association: 'deals' },
  writes: 'association',
  whenSeveral: 'skip',
};
const REASON: LogField = { key: 'reason', title: 'Reason', type: 'text', writes: { activityField: 'reason' } };
const call = (...fields: readonly LogField[]): LogForm => ({ kind: 'call', fields });
const writes = (form: LogForm, answers: object, stored?: FormInput['stored']) => {
  const input: FormInput = { context: 'inboundCall', match: { options: { deals: DEALS } }, account: { deals: DEALS } };
  const bound = bindSubmission(form, { ...input, ...(stored && { stored }) }, answers);
  if (!bound.ok) throw new Error(bound.issues.map(({ path, code }) => `${path.join('.')} ${code}`).join());
  return bound.value.writes;
};

describe('none as the answer', () => {
  it('empties a place of which nobody knows what stands there', () => {
    expect(writes(call(TIE, REASON), { deal: 'none', reason: '' })).toEqual([
      { key: 'deal', to: { association: 'deals' }, action: 'clear' },
      { key: 'reason', to: { activityField: 'reason' }, action: 'clear' },
    ]);
  });

  it('empties no place where nothing stands, and none where the answer goes nowhere', () => {
    expect(writes(call(TIE, REASON), { deal: 'none' }, {})).toEqual([]);
    const { writes: _, ...kept } = TIE;
    expect(writes(call(kept), { deal: 'none' })).toEqual([]);
  });
});

describe('a tie', () => {
  const other = { ...TIE, key: 'other', title: 'Other' };

  it('that goes is cleared although another one of the same kind comes', () => {
    expect(writes(call(TIE, other), { deal: 'none', other: 'd2' }, { deal: 'd1' })).toEqual([
      { key: 'deal', to: { association: 'deals' }, action: 'clear', previous: 'd1' },
      { key: 'other', to: { association: 'deals' }, action: 'set', value: 'd2' },
    ]);
  });

  it.each<readonly [string, Partial<SelectionField>]>([
    ['comes with the match', { contactDependent: true }],
    ['stands in a list of the account', { options: { account: 'deals' } }],
  ])('to what has no name is not written, where the record %s', (_, more) => {
    const { options: _named, ...field } = TIE;
    expect(writes(call({ ...field, ...more }, REASON), { reason: 'x' })).toEqual([
      { key: 'reason', to: { activityField: 'reason' }, action: 'set', value: 'x' },
    ]);
  });
});

describe('a field of the CRM', () => {
  it('that gets a value from one answer is not emptied by another', () => {
    const form = call(REASON, { ...REASON, key: 'why' });
    const [to, set] = [{ activityField: 'reason' }, { key: 'why', action: 'set', value: 'new' }];
    expect(writes(form, { reason: '', why: 'new' })).toEqual([{ ...set, to }]);
    expect(writes(form, { reason: '', why: 'new' }, { reason: 'old' })).toEqual([{ ...set, to }]);
    expect(writes(form, { reason: '' }, { reason: 'old' })).toEqual([{ key: 'reason', to, action: 'clear', previous: 'old' }]);
  });
});

it('what moves is written although nobody answered it', () => {
  const [before, after] = [
    { deal: 'd1', reason: null },
    { deal: 'd2', reason: 'x' },
  ];
  expect(planWrites(call(TIE, REASON), before, after, {})).toEqual([
    { key: 'deal', to: { association: 'deals' }, action: 'set', value: 'd2', previous: 'd1' },
    { key: 'reason', to: { activityField: 'reason' }, action: 'set', value: 'x' },
  ]);
});
