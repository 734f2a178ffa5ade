import { describe, expect, it } from 'vitest';
import { planSchemaChange } from '../../../../src/core/checks/schema-change.ts';
import type { Analysis, Mapping } from '../../../../src/core/mapping/mapping-types.ts';
import { defineContactSchema, parseContactSchema } from '../../../../src/core/schema/schema.ts';
import type { FieldDefinition } from '../../../../src/core/schema/schema-types.ts';
import type { Segment } from '../../../../src/core/segments/segment.ts';

const mappings: readonly Mapping[] = [
  {
    crmObject: 'Contact',
    fields: [
      { crm: 'Phone', field: 'phone_number', direction: 'inbound' },
      { crm: 'Email', field: 'used', direction: 'both' },
    ],
    matchKey: ['phone_number', 'used'],
  },
  {
    crmObject: 'Lead',
    fields: [{ crm: 'Email', field: 'used', direction: 'outbound' }],
    matchKey: 'used',
    pushFilter: { not: { field: 'used', blank: true } },
  },
];
const analysis: Analysis = [
  { from: 'x', field: 'other', mode: 'overwrite' },
  { from: 'y', field: 'used', mode: 'overwrite' },
];
const segments: readonly Segment[] = [
  { name: 'a', where: { field: 'other', blank: true }, watch: ['used'] },
  {
    name: 'b',
    where: {
      any: [
        { field: '$conversations', gt: 0 },
        { field: 'used', eq: 'x' },
      ],
    },
  },
];
const uses = { mappings, analysis, segments };
const PLACES =
  'mappings.0.fields.1, mappings.0.matchKey.1, mappings.1.fields.0, mappings.1.pushFilter, mappings.1.matchKey, analysis.1, segments.0.watch, segments.1.where';
const schemaWith = (field: string, definition: FieldDefinition | null) =>
  parseContactSchema({ fields: definition === null ? {} : { [field]: definition } });
const nothing = { added: [], removed: [], retyped: [], widened: [], relabelled: [] };

type Kind = 'removed' | 'retyped' | 'widened' | 'relabelled' | 'same';
const text: FieldDefinition = { type: 'string', maxLength: 10 };
const status: FieldDefinition = { type: 'enum', options: ['New', { value: 'w', label: 'Won' }] };
const CHANGES: readonly (readonly [
  what: string,
  old: FieldDefinition,
  next: FieldDefinition | null,
  kind: Kind,
  message: string | null,
])[] = [
  ['the field is gone', text, null, 'removed', 'cannot be removed'],
  ['another type', text, { type: 'number' }, 'retyped', 'cannot change from string to number'],
  ['less room', text, { type: 'string', maxLength: 9 }, 'retyped', 'cannot become shorter'],
  ['a limit that was not there', { type: 'string' }, text, 'retyped', 'cannot become shorter'],
  ['an option less', status, { type: 'enum', options: ['New'] }, 'retyped', 'cannot lose the option `w`'],
  ['another option instead', status, { type: 'enum', options: ['New', 'Won'] }, 'retyped', 'cannot lose the option `w`'],
  ['text instead of options', status, { type: 'string' }, 'retyped', 'cannot change from enum to string'],
  ['more room', text, { type: 'string', maxLength: 11 }, 'widened', null],
  ['no limit any more', text, { type: 'string' }, 'widened', null],
  ['an option more', status, { type: 'enum', options: ['w', 'New', 'Lost'] }, 'widened', null],
  ['another label', text, { ...text, label: 'Text' }, 'relabelled', null],
  ['another description', text, { ...text, description: 'Text' }, 'relabelled', null],
  ['another label of an option', status, { type: 'enum', options: ['New', 'w'] }, 'relabelled', null],
  ['nothing', status, { type: 'enum', options: [{ value: 'New' }, { value: 'w', label: 'Won' }] }, 'same', null],
];

describe.each(CHANGES)('%s', (_, old, next, kind, message) => {
  it('of a field that nothing uses', () => {
    const plan = planSchemaChange(schemaWith('free', old), schemaWith('free', next), uses);
    expect(plan).toEqual({ ok: true, ...nothing, ...(kind === 'same' ? {} : { [kind]: ['free'] }) });
  });

  it('of a field in use', () => {
    const plan = planSchemaChange(schemaWith('used', old), schemaWith('used', next), uses);
    if (message === null) expect(plan).toEqual({ ok: true, ...nothing, ...(kind === 'same' ? {} : { [kind]: ['used'] }) });
    else
      expect(plan).toEqual({
        ok: false,
        issues: [
          {
            path: ['fields', 'used'],
            code: 'field_in_use',
            message: `${message}: it is used by ${PLACES}`,
            remedy: expect.stringMatching(/^Remove the rules/),
          },
        ],
      });
  });
});

it('a new field is only added', () => {
  const plan = planSchemaChange(defineContactSchema({}), defineContactSchema({ email: { type: 'string' } }), uses);
  expect(plan).toEqual({ ok: true, ...nothing, added: ['email'] });
});

it('every refused field is named at once', () => {
  const old = defineContactSchema({ used: text, other: text });
  const plan = planSchemaChange(old, defineContactSchema({}), uses);
  expect(plan).toMatchObject({ ok: false, issues: [{ path: ['fields', 'used'] }, { path: ['fields', 'other'] }] });
});

it('a built-in field stays, used or not', () => {
  const old = defineContactSchema({});
  const { last_name: _, ...fields } = old.fields;
  expect(planSchemaChange(old, { entity: 'contact', fields }, { mappings: [] })).toMatchObject({
    ok: false,
    issues: [{ path: ['fields', 'last_name'], code: 'built_in_field' }],
  });
});
