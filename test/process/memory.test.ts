import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PAGES, RECORDS } from './pages-of-a-pull.ts';

const script = fileURLToPath(new URL('heap-of-a-pull.ts', import.meta.url));
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'crm-sync-memory-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Bytes that stay alive for each record that is read, once all is warm. */
async function keptByRecord(store: string): Promise<number> {
  const { stdout } = await promisify(execFile)(process.execPath, ['--no-warnings', '--expose-gc', script, store]);
  const { created, alive } = JSON.parse(stdout) as { created: number; alive: number[] };
  expect(created).toBe(PAGES * RECORDS);
  expect(alive).toHaveLength(PAGES);
  const least = (from: number, to: number) => Math.min(...alive.slice(from, to));
  const [warm, end] = [PAGES / 6, PAGES - PAGES / 6];
  return (least(end, PAGES) - least(warm, 2 * warm)) / ((end - warm) * RECORDS);
}

describe('memory does not grow with the number of records (P9)', () => {
  it('of a pull that keeps contacts in a file', async () => {
    expect(await keptByRecord(join(folder, 'contacts.db'))).toBeLessThan(150);
  });

  it('and would be seen to: a store in memory keeps every record', async () => {
    expect(await keptByRecord('memory')).toBeGreaterThan(500);
  });
});
