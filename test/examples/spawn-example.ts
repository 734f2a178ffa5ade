import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const HOOK = fileURLToPath(new URL('resolve-sources.ts', import.meta.url));

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Running {
  readonly process: ChildProcessWithoutNullStreams;
  readonly ended: Promise<Ended>;
  /** What it has said so far. */
  output(): string;
  /** Resolves once the output holds the text; rejects if the process ends before. */
  said(text: string): Promise<void>;
}

/** Runs an example as its reader would: plain Node in the root of the project, the package by its name. */
export function startExample(...args: readonly string[]): Running {
  const { NODE_OPTIONS: _, NODE_TEST_CONTEXT: __, DATABASE_URL: ___, ...env } = process.env;
  const child = spawn(process.execPath, ['--import', HOOK, ...args], { cwd: ROOT, env: { ...env, NO_COLOR: '1' } });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const ended = new Promise<Ended>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, stdout, stderr }));
  });
  const said = (text: string): Promise<void> =>
    new Promise((resolve, reject) => {
      const look = () => {
        if (stdout.includes(text)) resolve();
      };
      child.stdout.on('data', look);
      ended.then(() => reject(new Error(`It ended without saying '${text}':\n${stdout}${stderr}`)), reject);
      look();
    });
  return { process: child, ended, output: () => stdout, said };
}

export const runExample = (...args: readonly string[]): Promise<Ended> => startExample(...args).ended;
