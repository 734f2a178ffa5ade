import { expect, it } from 'vitest';
import { keptFields } from '../../../../src/core/contacts/kept-fields.ts';

it('keeps every field that has a value, be it empty, zero or no', () => {
  const fields = { first_name: 'Ada', last_name: null, note: '', score: 0, do_not_call: false };
  expect(keptFields(fields)).toEqual({ first_name: 'Ada', note: '', score: 0, do_not_call: false });
  expect(keptFields({ last_name: null })).toEqual({});
  expect(keptFields({})).toEqual({});
});
