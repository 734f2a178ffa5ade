import { defineContactSchema, safeParseMapping } from 'crm-sync-engine';
import { expect, it } from 'vitest';
import { perSchema } from '../../../../src/core/schema/per-schema.ts';

it('makes something of each schema once', () => {
  const made: string[] = [];
  const of = perSchema((schema) => {
    made.push(Object.keys(schema.fields).at(-1) ?? '');
    return made.length;
  });
  const [first, second] = [defineContactSchema({ email: { type: 'string' } }), defineContactSchema({ city: { type: 'string' } })];
  expect([of(first), of(second), of(first), of(second)]).toEqual([1, 2, 1, 2]);
  expect(made).toEqual(['email', 'city']);
});

it('two schemas are never taken for each other, whichever reads a mapping first', () => {
  const mapping = { crmObject: 'Contact', fields: [{ crm: 'Email', field: 'email', direction: 'both' }] };
  const [without, with_] = [defineContactSchema({}), defineContactSchema({ email: { type: 'string' } })];
  for (let turn = 0; turn < 2; turn += 1) {
    expect(safeParseMapping(without, mapping)).toMatchObject({ ok: false, issues: [{ code: 'unknown_field' }] });
    expect(safeParseMapping(with_, mapping)).toMatchObject({ ok: true });
  }
});
