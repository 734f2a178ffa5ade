import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { fakeSalesforce } from 'crm-sync-engine/testing';
import { expect } from 'vitest';
import { engineOn, openStore, phoneOf } from './busy-worker.ts';

const isKnown = (index: number): boolean => index % 3 !== 0;

const worker = fileURLToPath(new URL('./busy-worker.ts', import.meta.url));

function startWorker(...values: readonly string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ['--no-warnings', worker, ...values], {
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

/**
 * Two processes on one store (a file, or the URL of a PostgreSQL) and one CRM import, handle the same calls and push at
 * once: each contact, link and Task is there once, and nothing is lost.
 */
export async function letTwoWorkersRun({ place, callers }: { readonly place: string; readonly callers: number }): Promise<void> {
  const crm = fakeSalesforce({ dailyLimit: 1_000_000, pageSizeMax: 7 });
  for (let index = 0; index < callers; index += 1)
    if (isKnown(index)) crm.add('Contact', { FirstName: `First${index}`, LastName: 'Smith', Phone: phoneOf(index) });
  const server = await crm.listen();
  try {
    const { accessToken } = await (crm.options.auth as unknown as { token(): Promise<{ accessToken: string }> }).token();
    const start = () => startWorker(place, server.url, accessToken, String(callers));
    await Promise.all([start(), start()]);

    await using store = openStore(place);
    const engine = engineOn(store, server.url, accessToken);
    await engine.pull();
    await engine.push();
    const contacts = await engine.contacts.list({ page: { limit: 1_000 } });
    expect(contacts.map(({ fields }) => fields.phone_number).toSorted()).toEqual(
      Array.from({ length: callers }, (_, index) => phoneOf(index)).toSorted(),
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
    const known = Array.from({ length: callers }, (_, index) => index).filter(isKnown);
    expect(logged.toSorted()).toEqual(known.map((index) => `test:call-${index}`).toSorted());
  } finally {
    await server.close();
  }
}
