import { join } from 'node:path';
import { type Contact, CrmSyncEngine, onEvents } from 'crm-sync-engine';
import { appendMerger } from 'crm-sync-engine/mergers';
import { sqliteStore } from 'crm-sync-engine/stores/sqlite';
import { storyClock } from './clock.ts';
import { type Crm, crmField } from './crm.ts';
import { startHost } from './host.ts';
import { ALICES_NUMBER, MADE_AT } from './people.ts';
import { schema, settings } from './settings.ts';

export const RETELL_KEY = 'key_3f1e9a_webhook_demo';
export const TWILIO_TOKEN = 'token_51c07b_webhook_demo';

export type Stage = Awaited<ReturnType<typeof setUp>>;
export type CallMeter = ReturnType<typeof callMeter>;
export type DemoContact = Contact<typeof schema>;

/** Everything that the story needs: a CRM behind HTTP, a database file, the engine, and the host's web server. */
export async function setUp(kind: Crm, folder: string, startsAt: string) {
  const clock = storyClock(MADE_AT);
  const crm = await kind.open(clock);
  clock.jumpTo(startsAt);
  const file = join(folder, 'contacts.db');
  const store = sqliteStore({ file, clock });

  let onProgress: (processed: number) => void = () => undefined;
  const engine = new CrmSyncEngine({
    workspace: 'acme',
    connection: kind.connection,
    schema,
    store,
    connector: crm.connector,
    merger: appendMerger(), // or a language model: any object with a `merge` method
    observer: onEvents({ 'run.progress': ({ counts }) => onProgress(counts.processed) }),
    clock,
    mappings: [kind.mapping],
    ...settings,
  });
  const host = await startHost({ engine, retellKey: RETELL_KEY, twilioToken: TWILIO_TOKEN, clock });

  return {
    kind,
    clock,
    crm,
    engine,
    file,
    hostUrl: host.url,
    /** The CRM's name of a contact field. */
    nameOf: (field: string): string => crmField(kind, field),
    /** Tells how many records a run has processed, until it is told to stop. */
    watchProgress: (listener: (processed: number) => void): (() => void) => {
      onProgress = listener;
      return () => {
        onProgress = () => undefined;
      };
    },
    alice: async (): Promise<DemoContact> => {
      const { contact } = await engine.contacts.byPhone(ALICES_NUMBER);
      if (contact === null) throw new Error('The demo has lost Alice.');
      return contact;
    },
    async [Symbol.asyncDispose]() {
      await host[Symbol.asyncDispose]();
      await crm[Symbol.asyncDispose]();
      await store[Symbol.asyncDispose]();
    },
  };
}

/** Requests to the CRM since the last look: what it counts, and what they were for. */
export function callMeter({ kind, crm }: Pick<Stage, 'kind' | 'crm'>) {
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
    const writes = api.filter(({ operations }) => operations.some(kind.isWrite)).length;
    return { count: api.length, tokens: seen.length - api.length, writes, text };
  };
}
