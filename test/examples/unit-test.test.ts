import { expect, it } from 'vitest';
import { runExample } from './spawn-example.ts';

it("a host's test passes under node:test", async () => {
  const { code, stdout, stderr } = await runExample('--test', '--test-reporter=tap', 'examples/unit-test/qualified-call.test.ts');
  expect(stderr).toBe('');
  expect(stdout).toContain('ok 1 - a qualified call reaches the CRM, once');
  expect(stdout).toMatch(/^# pass 1\n# fail 0$/m);
  expect(code).toBe(0);
});
