import { expect, it } from 'vitest';
import { runExample } from './spawn-example.ts';

it('runs as it is, on a PostgreSQL of its own', async () => {
  const { code, stdout, stderr } = await runExample('examples/own-contacts-table/main.ts');
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toContain('CRM after a write without a version: alice@acme.example\n');
}, 120_000);
