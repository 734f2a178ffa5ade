import { test as property } from '@fast-check/vitest';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toId18 } from '../../../src/connectors/salesforce/record-id.ts';

describe('toId18', () => {
  it.each([
    ['001dM00003jU9Gy', '001dM00003jU9GyQAK'],
    ['001dM00003jU9GyQAK', '001dM00003jU9GyQAK'],
    ['000000000000000', '000000000000000AAA'],
    ['AAAAAAAAAAAAAAA', 'AAAAAAAAAAAAAAA555'],
  ])('%s is %s', (id, full) => expect(toId18(id)).toBe(full));

  it.each([
    ['a suffix that does not fit the case', '001dm00003ju9gyQAK'],
    ['a text that leaves a literal', "003000000000' OR 1"],
    ['sixteen characters', '001dM00003jU9GyQ'],
    ['nothing', ''],
    ['no text', 42],
  ])('%s is no id', (_, id) => expect(toId18(id)).toBeNull());

  property.prop([fc.stringMatching(/^[a-zA-Z0-9]{15}$/)])('is a fixed point, and tells ids apart that differ only by case', (id) => {
    const full = toId18(id)!;
    expect(toId18(full)).toBe(full);
    expect(full.toUpperCase() === toId18(id.toLowerCase())!.toUpperCase()).toBe(id === id.toLowerCase());
  });
});
