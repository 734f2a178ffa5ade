import { expect, it } from 'vitest';
import { runExample } from './spawn-example.ts';

it('runs as it is, on a PostgreSQL of its own', async () => {
  const { code, stdout, stderr } = await runExample('examples/multi-tenant/main.ts');
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout.split('\n').toSorted()).toEqual([
    '',
    '422 Did you mean `Phone`? Else let the connected user see the field.',
    'acme: done, 1 created',
    'globex: done, 1 created',
  ]);
}, 120_000);
