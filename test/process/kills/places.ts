import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openSchema } from '../../postgres/open-schema.ts';
import { startPostgres } from '../../postgres/start-postgres.ts';
import type { Place } from './store.ts';

/** Where stores can be made, each empty. They go when this is disposed. */
export interface Places extends AsyncDisposable {
  readonly make: () => Promise<Place>;
}

async function files(): Promise<Places> {
  const folder = await mkdtemp(join(tmpdir(), 'crm-sync-kills-'));
  let number = 0;
  return {
    async make() {
      number += 1;
      return { kind: 'sqlite', file: join(folder, `${number}.db`) };
    },
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}

async function schemas(): Promise<Places> {
  const server = await startPostgres();
  const parts = new AsyncDisposableStack();
  parts.defer(() => server.stop());
  return {
    async make() {
      const { url } = parts.use(await openSchema(server.url));
      return { kind: 'postgres', url };
    },
    [Symbol.asyncDispose]: () => parts.disposeAsync(),
  };
}

export const PLACES = { sqlite: files, postgres: schemas } as const;
