import { expect, it } from 'vitest';
import { readAssociationName } from '../../../../src/core/forms/association-name.ts';

it.each<readonly [string, string, string | null]>([
  ['deals', 'deals', null],
  [' deals ', 'deals', null],
  ['deals:Decision maker', 'deals', 'Decision maker'],
  [' deals : Decision maker ', 'deals', 'Decision maker'],
  ['deals:Role: decides', 'deals', 'Role: decides'],
  ['deals:', 'deals', null],
  ['deals: ', 'deals', null],
])('%j names an object, and after the first colon a label', (name, object, label) => {
  expect(readAssociationName(name)).toEqual({ object, label });
});
