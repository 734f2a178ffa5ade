import { connectorContract } from 'crm-sync-engine/testing';
import { describe, expect, it } from 'vitest';
import { capabilities, rosterUnderTest } from '../../examples/own-connector/roster-under-test.ts';
import { runExample } from './spawn-example.ts';

describe('the connector of the example keeps the contract', () => {
  for (const { id, rule, requires, check } of connectorContract)
    it.skipIf(requires.some((one) => !capabilities.has(one)))(`${id} ${rule}`, () => check(rosterUnderTest));
});

it('under node:test too', async () => {
  const { code, stdout } = await runExample('--test', '--test-reporter=tap', 'examples/own-connector/contract.test.ts');
  expect(stdout).toMatch(/^# pass [5-9]\d$/m);
  expect(stdout).toMatch(/^# fail 0$/m);
  expect(code).toBe(0);
});

it('pulls, pushes, and is asked for nothing that it lacks', async () => {
  const stdout = 'done 1\nAlice Smith new\nwon 1\ncapability_missing mappings.0.fields.3.crm\n';
  expect(await runExample('examples/own-connector/main.ts')).toEqual({ code: 0, stdout, stderr: '' });
});
