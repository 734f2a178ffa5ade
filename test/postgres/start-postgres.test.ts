import { spawnSync } from 'node:child_process';
import { expect, it } from 'vitest';

it('leaves the exit code of a process alone: a run that failed does not pass', () => {
  const server = new URL('./start-postgres.ts', import.meta.url).href;
  const program = `import { startPostgres } from '${server}'; const { stop } = await startPostgres(); await stop(); process.exitCode = 3;`;
  const ended = spawnSync(process.execPath, ['--input-type=module', '-e', program], { env: { ...process.env, DATABASE_URL: '' } });
  expect([ended.status, ended.stderr.toString()]).toEqual([3, '']);
});
