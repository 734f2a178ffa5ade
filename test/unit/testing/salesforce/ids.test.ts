import { test } from '@fast-check/vitest';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checksumOf, compareIds, idOf, toId18 } from '../../../../src/testing/salesforce/ids.ts';

/** Ids of real orgs, from Salesforce's public documentation and examples. */
const REAL = [
  '001dM00003kRs59QAC',
  '001dM00003jU9GyQAK',
  '00DdM00000vfgTuUAI',
  '005dM00000awSFJQA2',
  '0014S000007NxmlQAC',
  '012000000000000AAA',
];

it.each(REAL)('%s has the checksum of its first 15 characters', (id) => {
  expect(checksumOf(id.slice(0, 15))).toBe(id.slice(15));
  expect(toId18(id)).toBe(id);
  expect(toId18(id.slice(0, 15))).toBe(id);
});

it.each(['', 'abc', '001dM00003kRs59QAA', '001dM00003kRs5-', '001dM00003kRs59Q', "001dM00003kRs5'"])('%j is no id', (text) => {
  expect(toId18(text)).toBeNull();
});

test.prop([fc.nat(1_000_000), fc.nat(1_000_000)])('every record has an id of its own', (a, b) => {
  expect(idOf('003', a) === idOf('003', b)).toBe(a === b);
  expect(toId18(idOf('003', a))).toBe(idOf('003', a));
});

describe('the order of ids', () => {
  const id = fc.nat(1_000_000).map((sequence) => idOf('003', sequence));
  test.prop([id, id, id])('is total', (a, b, c) => {
    expect(Math.sign(compareIds(a, b)) + Math.sign(compareIds(b, a))).toBe(0);
    expect(compareIds(a, b) === 0).toBe(a === b);
    if (compareIds(a, b) < 0 && compareIds(b, c) < 0) expect(compareIds(a, c)).toBeLessThan(0);
  });
});
