import { expect, it } from 'vitest';
import { safeParseLogForm } from '../../../../src/core/forms/define-log-form.ts';

const BILLABLE = {
  key: 'billable',
  title: 'Billable?',
  type: 'selection',
  options: [{ const: 'yes', title: 'Yes' }],
  writes: { activityField: 'billable_status' },
};
const TIES = ['deal', 'ticket'].map((key) => ({
  key,
  title: key,
  type: 'selection',
  options: { association: `${key}s` },
  writes: 'association',
}));
const TEXT = { key: 'text', title: 'Text', type: 'text' };
const NO_NAME = [
  'fields.0.writes',
  'missing_association',
  'says no name of an association',
  "Give `options: { association }`, or `writes: { association: '…' }`.",
];
const NO_SELECTION = [
  'fields.0.writes',
  'misplaced_target',
  'ties a record, which only a selection names',
  "Give the field the type 'selection', or another `writes`.",
];
const two = (path: string, other: string) => [
  path,
  'two_writers',
  `is written by ${other} already`,
  'Let each answer go to a field of its own.',
];

it.each<readonly [string, object, readonly (readonly string[])[]]>([
  ['a tie to nothing that has a name', { fields: [{ ...BILLABLE, writes: 'association' }] }, [NO_NAME]],
  ['a tie by a text', { fields: [{ ...TEXT, writes: { association: 'deals' } }] }, [NO_SELECTION]],
  ['a tie by a text to nothing that has a name', { fields: [{ ...TEXT, writes: 'association' }] }, [NO_NAME, NO_SELECTION]],
  [
    'a field of a record, on the form of a log',
    { fields: [{ ...BILLABLE, writes: { recordField: 'Status' } }] },
    [['fields.0.writes', 'misplaced_target', 'is a field of a record that this form does not make', 'Write to `{ activityField }`.']],
  ],
  [
    'a field of an activity, on the form of a contact',
    { kind: 'new_contact', fields: [BILLABLE] },
    [['fields.0.writes', 'misplaced_target', 'is about an activity, and the form is for a contact', 'Write to `{ recordField }`.']],
  ],
  ['a field that a field before writes to', { fields: [BILLABLE, { ...BILLABLE, key: 'other' }] }, [two('fields.1.writes', 'fields.0')]],
  [
    'a field that metadata writes to as well',
    { fields: [BILLABLE], metadata: [{ key: 'team', path: 'a', writes: { activityField: 'billable_status' } }] },
    [two('metadata.0.writes', 'fields.0')],
  ],
  [
    'a lookup that a field writes to',
    { fields: [BILLABLE, ...TIES], exclusive: [{ fields: ['deal', 'ticket'], lookups: { ticket: 'billable_status' } }] },
    [two('exclusive.0.lookups.ticket', 'fields.0')],
  ],
  [
    'one lookup for two fields',
    { fields: TIES, exclusive: [{ fields: ['deal', 'ticket'], lookups: { deal: 'Tie__c', ticket: 'Tie__c' } }] },
    [two('exclusive.0.lookups.ticket', 'exclusive.0')],
  ],
  ['a place of its own for each answer', { fields: [BILLABLE, ...TIES, TEXT] }, []],
])('%s is told where it stands, and with what to do', (_, form, expected) => {
  const parsed = safeParseLogForm({ kind: 'call', ...form });
  const issues = parsed.ok ? [] : parsed.issues;
  expect(issues.map(({ path, code, message, remedy }) => [path.join('.'), code, message, remedy])).toEqual(expected);
});
