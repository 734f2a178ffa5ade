import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { letTwoWorkersRun } from './let-two-workers-run.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'crm-sync-two-workers-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('two processes on one SQLite file and one CRM (R9, P5)', () => {
  it('that import, handle the same calls and push at once make each contact, link and Task once, and lose nothing', () =>
    letTwoWorkersRun({ place: join(folder, 'shared.db'), callers: 60 }));
});
