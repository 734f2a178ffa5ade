import { expect, it } from 'vitest';
import { nameProblem } from '../../../../src/core/schema/schema-names.ts';
import { BUILT_IN_FIELDS } from '../../../../src/core/schema/schema-types.ts';

it.each(['lead_status', 'a', 'a1', 'x_1', 'my_contact', 'construction_firm', 'first'])('%s can be the name of a field', (name) =>
  expect(nameProblem(name, 'contact')).toBeUndefined(),
);

it.each(Object.keys(BUILT_IN_FIELDS))('%s is built in', (name) =>
  expect(nameProblem(name, 'contact')).toEqual({
    message: 'is built in',
    remedy: 'Leave the field out: every contact has it, under this name and type.',
  }),
);

it.each(['', 'LeadStatus', 'lead status', 'lead-status', '_lead', 'lead_', 'lead__status', '1st', 'Lead', 'leadÄ', 'lead\n', '__proto__'])(
  '%j is not in snake_case',
  (name) =>
    expect(nameProblem(name, 'contact')).toEqual({
      message: 'is not in snake_case',
      remedy: 'Use small letters, digits and single underscores, such as `lead_status`.',
    }),
);

it.each(['contact', 'contact_type', 'contacts', 'external_id', 'external'])('%s is kept for the platform', (name) =>
  expect(nameProblem(name, 'contact')).toEqual({
    message: 'starts with a word that is kept for the platform',
    remedy: 'Choose a name without `contact` or `external` in front.',
  }),
);

it.each(['constructor', 'prototype'])('%s is a word of the language', (name) =>
  expect(nameProblem(name, 'contact')).toEqual({
    message: 'is a word of the language',
    remedy: 'Choose another name, such as `construction_firm`.',
  }),
);
