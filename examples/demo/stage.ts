import { join } from 'node:path';
import { type Contact, CrmSyncEngine, onEvents } from 'crm-sync-engine';
import { appendMerger } from 'crm-sync-engine/mergers';
import { refreshToken, salesforce } from 'crm-sync-engine/salesforce';
import { sqliteStore } from 'crm-sync-engine/stores/sqlite';
import { storyClock } from './clock.ts';
import { startHost } from './host.ts';
import { createOrg } from './org.ts';
import { schema, settings } from './settings.ts';

export const RETELL_KEY = 'key_3f1e9a_webhook_demo';

export type Stage = Awaited<ReturnType<typeof setUp>>;
export type CallMeter = ReturnType<typeof callMeter>;
export type DemoContact = Contact<typeof schema>;

/** Everything that the story needs: a Salesforce org behind HTTP, a database file, the engine, and the host's web server. */
export async function setUp(folder: string, startsAt: string) {
  const clock = storyClock(startsAt);
  const { crm, aliceId } = createOrg(clock);
  const salesforceServer = await crm.listen();
  const file = join(folder, 'contacts.db');
  const store = sqliteStore({ file, clock });

  const auth = refreshToken(
    { refreshToken: crm.oauth.refreshToken }, // a host with many connections gives its own TokenStore here
    { clientId: crm.oauth.clientId, clientSecret: crm.oauth.clientSecret, loginUrl: salesforceServer.url },
  );
  let onProgress: (processed: number) => void = () => undefined;
  const engine = new CrmSyncEngine({
    workspace: 'acme',
    connection: 'acme-salesforce',
    schema,
    store,
    connector: salesforce({ auth, clock }),
    merger: appendMerger(), // or a language model: any object with a `merge` method
    observer: onEvents({ 'run.progress': ({ counts }) => onProgress(counts.processed) }),
    clock,
    ...settings,
  });
  const host = await startHost({ engine, apiKey: RETELL_KEY, clock });

  return {
    clock,
    crm,
    aliceId,
    engine,
    file,
    salesforceUrl: salesforceServer.url,
    hostUrl: host.url,
    /** Tells how many records a run has processed, until it is told to stop. */
    watchProgress: (listener: (processed: number) => void): (() => void) => {
      onProgress = listener;
      return () => {
        onProgress = () => undefined;
      };
    },
    alice: async (): Promise<DemoContact> => {
      const { contact } = await engine.contacts.byPhone('(415) 555-0123');
      if (contact === null) throw new Error('The demo has lost Alice.');
      return contact;
    },
    async [Symbol.asyncDispose]() {
      await host[Symbol.asyncDispose]();
      await salesforceServer.close();
      await store[Symbol.asyncDispose]();
    },
  };
}

/** Requests to Salesforce since the last look: what it counts, and what they were for. */
export function callMeter({ crm }: Pick<Stage, 'crm'>) {
  let from = crm.calls.length;
  return () => {
    const seen = crm.calls.slice(from);
    from = crm.calls.length;
    const api = seen.filter(({ token }) => !token);
    const times = new Map<string, number>();
    for (const { operation, operations, status } of api) {
      const what = operation === 'describe' ? (operations[1] ?? operation) : operation;
      const name = status === 401 ? `${what} (401)` : what;
      times.set(name, (times.get(name) ?? 0) + 1);
    }
    const text = [...times].map(([name, count]) => (count === 1 ? name : `${name} ×${count}`)).join(', ');
    return { count: api.length, tokens: seen.length - api.length, writes: api.filter(({ method }) => method !== 'GET').length, text };
  };
}
