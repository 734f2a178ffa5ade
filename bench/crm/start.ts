import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** Starts the made-up CRM, which takes so many milliseconds for an answer; it ends with this process. */
export async function startCrm(latencyMs = 0): Promise<{ readonly url: string; stop(): void }> {
  const child = fork(fileURLToPath(new URL('server.ts', import.meta.url)), [String(latencyMs)]);
  const [{ port }] = (await once(child, 'message')) as [{ port: number }];
  return { url: `http://127.0.0.1:${port}`, stop: () => child.disconnect() };
}
