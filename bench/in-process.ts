import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Runs a script of this folder in a fresh process and reads the JSON that it prints last. */
export async function inProcess<T>(script: string, values: readonly (string | number)[], flags: readonly string[] = []): Promise<T> {
  const file = fileURLToPath(new URL(script, import.meta.url));
  const { stdout } = await run(process.execPath, ['--no-warnings', ...flags, file, ...values.map(String)], { maxBuffer: 1 << 28 });
  return JSON.parse(stdout.trimEnd().split('\n').at(-1)!) as T;
}
