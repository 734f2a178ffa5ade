import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { fakeSalesforce } from 'crm-sync-engine/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sqliteStore } from '../../src/stores/sqlite.ts';
import { engineOn, phoneOf } from './busy-worker.ts';

const CALLERS = 60;
const isKnown = (index: number): boolean => index % 3 !== 0;

const worker = fileURLToPath(new URL('./busy-worker.ts', import.meta.url));
const crm = fakeSalesforce({ dailyLimit: 1_000_000, pageSizeMax: 7 });
let server: Awaited<ReturnType<typeof crm.listen>>;
let folder: string;

beforeAll(async () => {
  for (let index = 0; index < CALLERS; index += 1)
    if (isKnown(index)) crm.add('Contact', { FirstName: `First${index}`, LastName: 'Smith', Phone: phoneOf(index) });
  server = await crm.listen();
  folder = await mkdtemp(join(tmpdir(), 'crm-sync-two-workers-'));
});

afterAll(async () => {
  await server.close();
  await rm(folder, { recursive: true, force: true });
});

function startWorker(file: string, accessToken: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ['--no-warnings', worker, file, server.url, accessToken, String(CALLERS)], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let said = '';
    let complained = '';
    child.stdout.on('data', (text) => {
      said += text;
    });
    child.stderr.on('data', (text) => {
      complained += text;
    });
    child.on('exit', (code) =>
      code === 0 && said.includes('done') ? resolve() : reject(new Error(`The worker ended with ${code}: ${complained}`)),
    );
  });
}

describe('two processes on one SQLite file and one CRM (R9, P5)', () => {
  it('that import, handle the same calls and push at once make each contact, link and Task once, and lose nothing', async () => {
    const { accessToken } = await (crm.options.auth as unknown as { token(): Promise<{ accessToken: string }> }).token();
    const file = join(folder, 'shared.db');
    await Promise.all([startWorker(file, accessToken), startWorker(file, accessToken)]);

    await using store = sqliteStore({ file });
    const engine = engineOn(store, server.url, accessToken);
    await engine.pull();
    await engine.push();
    const contacts = await engine.contacts.list({ limit: 1_000 });
    expect(contacts.map(({ fields }) => fields.phone_number).toSorted()).toEqual(
      Array.from({ length: CALLERS }, (_, index) => phoneOf(index)).toSorted(),
    );
    for (const { fields } of contacts)
      expect(fields).toMatchObject({ lead_source: 'Partner', email: expect.stringMatching(/^caller\d+@example\.com$/) });
    const linked = contacts.flatMap(({ links }) => links.map(({ recordId, state }) => `${recordId} ${state}`));
    expect(linked.toSorted()).toEqual(
      crm
        .list('Contact')
        .map(({ id }) => `${id} active`)
        .toSorted(),
    );
    for (const { fields } of crm.list('Contact')) {
      const index = Number(String(fields['FirstName']).slice('First'.length));
      expect(fields).toMatchObject({ LeadSource: 'Partner', Email: `caller${index}@example.com` });
    }
    const logged = crm.list('Task').map(({ fields }) => fields['CallObject']);
    const known = Array.from({ length: CALLERS }, (_, index) => index).filter(isKnown);
    expect(logged.toSorted()).toEqual(known.map((index) => `test:call-${index}`).toSorted());
  });
});
