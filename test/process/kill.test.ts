import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { sqliteStore } from 'crm-sync-engine/stores/sqlite';
import { fakeSalesforce } from 'crm-sync-engine/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const RECORDS = 10_000;
const KILLS = 6;
/** Printed with a failure; `KILL_SEED=… npm test` repeats it. */
const SEED = Number(process.env['KILL_SEED'] ?? Date.now() % 1_000_000);

const worker = fileURLToPath(new URL('./worker.ts', import.meta.url));
const crm = fakeSalesforce({ dailyLimit: 1_000_000 });
let server: Awaited<ReturnType<typeof crm.listen>>;
let folder: string;

beforeAll(async () => {
  for (let index = 0; index < RECORDS; index += 1)
    crm.add('Contact', {
      FirstName: `First${index}`,
      LastName: `Last${index}`,
      Phone: `(415) ${200 + Math.floor(index / 10_000)}-${String(index % 10_000).padStart(4, '0')}`,
      Email: `person${index}@example.com`,
      LeadSource: index % 2 === 0 ? 'Web' : 'Partner',
    });
  server = await crm.listen();
  folder = await mkdtemp(join(tmpdir(), 'crm-sync-kill-'));
});

afterAll(async () => {
  await server.close();
  await rm(folder, { recursive: true, force: true });
});

function mulberry(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** Starts a worker; kills it so many milliseconds after it began to work, or lets it end. */
function work(file: string, killAfterMs?: number): Promise<'killed' | 'done'> {
  const token = (crm.options.auth as unknown as { token(): Promise<{ accessToken: string }> }).token();
  return token.then(
    ({ accessToken }) =>
      new Promise((resolve, reject) => {
        const child = spawn(process.execPath, ['--no-warnings', worker, file, server.url, accessToken], {
          stdio: ['ignore', 'pipe', 'pipe'],
        });
        let said = '';
        let complained = '';
        child.stderr.on('data', (text) => {
          complained += text;
        });
        child.stdout.on('data', (text) => {
          said += text;
          if (String(text).includes('ready') && killAfterMs !== undefined) setTimeout(() => child.kill('SIGKILL'), killAfterMs);
        });
        child.on('exit', (code, signal) => {
          if (signal === 'SIGKILL') resolve('killed');
          else if (code === 0 && said.includes('done')) resolve('done');
          else reject(new Error(`The worker ended with ${code}: ${complained}`));
        });
      }),
  );
}

/** Everything that a host can see, without the ids and versions that each database makes for itself. */
async function contentsOf(file: string) {
  await using store = sqliteStore({ file });
  const bound = store.bind({ workspace: 'acme', connection: 'acme-salesforce' });
  const contacts = [];
  for (let after: string | null = null; ; ) {
    const rows = await bound.scan({ entity: 'contact', object: 'Contact', want: 'all', plan: '', now: 0, after, limit: 2_000 });
    for (const { fields, links } of rows)
      contacts.push({ fields, links: links.map(({ recordId, state, body }) => ({ recordId, state, base: body.base, sent: body.sent })) });
    after = rows.at(-1)?.id ?? null;
    if (after === null) break;
  }
  const history = await bound.entries({ scope: 'workspace', kind: 'history', limit: 100_000 });
  const claims = await bound.entries({ scope: 'workspace', kind: 'claim', limit: 100_000 });
  return {
    contacts: contacts.sort((a, b) => (String(a.fields['phone_number']) < String(b.fields['phone_number']) ? -1 : 1)),
    claims: claims.map(({ key }) => key),
    explained: history.length,
  };
}

describe('SIGKILL (P1)', () => {
  it(`a 10,000-contact pull that is killed at random moments and restarted ends as an undisturbed one (seed ${SEED})`, async () => {
    const random = mulberry(SEED);
    const undisturbed = join(folder, 'undisturbed.db');
    const started = performance.now();
    expect(await work(undisturbed)).toBe('done');
    const wholeMs = performance.now() - started;

    const disturbed = join(folder, 'disturbed.db');
    let kills = 0;
    while (kills < KILLS) {
      const ended = await work(disturbed, Math.floor((random() * wholeMs) / 2));
      if (ended === 'done') break;
      kills += 1;
    }
    expect(kills).toBeGreaterThan(0);
    expect(await work(disturbed)).toBe('done');

    const expected = await contentsOf(undisturbed);
    expect(expected.contacts).toHaveLength(RECORDS);
    expect(await contentsOf(disturbed)).toEqual(expected);
  });
});
