import { randomUUID } from 'node:crypto';
import { expect, it } from 'vitest';
import { orderedIds } from '../../../src/engine/ordered-ids.ts';

it('ids are UUIDs that sort by the time they were made, and none comes twice', () => {
  let now = Date.parse('2026-01-05T09:00:00.000Z');
  const ids = orderedIds({ now: () => now }, randomUUID);
  const made = Array.from({ length: 500 }, () => {
    now += 1;
    return ids();
  });
  for (const id of made) expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  expect([...made].sort()).toEqual(made);
  expect(Number.parseInt(made.at(-1)!.replaceAll('-', '').slice(0, 12), 16)).toBe(now);
  now -= 10_000; // a clock that is set back
  expect(new Set([...made, ids(), ids()]).size).toBe(502);
});
