import { describe, expect, it } from 'vitest';
import { logFormSchema, parseLogForm, safeParseLogForm } from '../../../../src/core/forms/define-log-form.ts';
import { told } from '../told.ts';

const TEXT = { key: 'one', title: 'One', type: 'text' };
const form = (field: object, more: object = {}) => ({ kind: 'call', fields: [{ ...TEXT, ...field }], ...more });
const problems = (json: unknown) => {
  const parsed = safeParseLogForm(json);
  return parsed.ok ? [] : told(parsed.issues).toSorted();
};

describe('a form', () => {
  it.each<readonly [string, object]>([
    ['a key of a hundred characters', form({ key: 'a'.repeat(100) })],
    ['a hint', form({ type: 'note', level: 'info' })],
    [
      'metadata that goes to a field of the activity',
      form({}, { metadata: [{ key: 'team', path: 'team', writes: { activityField: 'team' } }] }),
    ],
    [
      'metadata that goes to a field of the record that is made',
      form({}, { kind: 'new_contact', metadata: [{ key: 'team', path: 'team', writes: { recordField: 'Team__c' } }] }),
    ],
  ])('may have %s', (_, json) => {
    expect(parseLogForm(json)).toEqual(json);
  });

  it.each<readonly [string, object, readonly string[]]>([
    ['a title of blanks', form({ title: ' \t' }), ['fields.0.title blank']],
    ['a title with half a character', form({ title: 'a\ud800' }), ['fields.0.title blank']],
    ['a hint that is loud', form({ type: 'note', level: 'error' }), ['fields.0.level unknown_value']],
    ['metadata that goes nowhere', form({}, { metadata: [{ key: 'team', path: 'team', writes: {} }] }), ['metadata.0.writes missing']],
  ])('may not have %s', (_, json, expected) => {
    expect(problems(json)).toEqual(expected);
  });
});

describe('a key that only selections have', () => {
  const only = { code: 'misplaced_key', remedy: "Leave it out, or give the field the type 'selection'." };
  it.each<readonly [string, unknown, string]>([
    ['options', [{ const: 'a', title: 'A' }], 'text'],
    ['contactDependent', true, 'text'],
    ['contactTypeDependent', true, 'checkbox'],
    ['dynamicOptions', true, 'checkbox'],
    ['includeNoneOption', true, 'note'],
    ['allowCustomValue', true, 'text'],
    ['whenSeveral', 'skip', 'text'],
  ])('%s is told so', (key, value, type) => {
    expect(safeParseLogForm(form({ type, [key]: value }))).toEqual({
      ok: false,
      issues: [{ path: ['fields', 0, key], message: `\`${key}\` is for selections only`, ...only }],
    });
  });

  it('is a key like any other where there is no field, and beside another one that nobody knows', () => {
    expect(problems({ ...form({}), options: [] })).toEqual(['options unknown_key']);
    expect(problems(form({}, { metadata: [{ key: 'team', path: 'team', options: [] }] }))).toEqual(['metadata.0.options unknown_key']);
    expect(problems(form({ contactDependent: true, colour: 'red' }))).toEqual([
      'fields.0.colour unknown_key',
      'fields.0.contactDependent unknown_key',
    ]);
    expect(problems(form({ colour: 'red' }))).toEqual(['fields.0.colour unknown_key']);
  });
});

it('a settings page learns from the JSON Schema what a key may look like', () => {
  const { properties } = logFormSchema().toJsonSchema() as {
    readonly properties: { readonly metadata: { readonly items: { readonly properties: Readonly<Record<string, unknown>> } } };
  };
  const { key } = properties.metadata.items.properties;
  expect(key).toEqual({ type: 'string', pattern: '^[A-Za-z][A-Za-z0-9_-]*$', maxLength: 100 });
});
