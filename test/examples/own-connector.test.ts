import { AssertionError } from 'node:assert';
import type { CrmConnector, Fetched, Page, ReadQuery, Wrote } from 'crm-sync-engine';
import { connectorContract } from 'crm-sync-engine/testing';
import { describe, expect, it } from 'vitest';
import { capabilities, rosterUnderTest } from '../../examples/own-connector/roster-under-test.ts';
import { runExample } from './spawn-example.ts';

describe('the connector of the example keeps the contract', () => {
  for (const { id, rule, requires, check } of connectorContract)
    it.skipIf(requires.some((one) => !capabilities.has(one)))(`${id} ${rule}`, () => check(rosterUnderTest));
});

type Change = (connector: Required<Pick<CrmConnector, 'write'>> & CrmConnector) => Partial<CrmConnector>;
const pages =
  (change: (page: Page, from: ReadQuery['from']) => Page): Change =>
  ({ read }) => ({
    async *read(query, call) {
      for await (const page of read(query, call)) yield change(page, query.from);
    },
  });
const values =
  (change: (record: Extract<Fetched, { state: 'present' }>) => Fetched): Change =>
  ({ fetch }) => ({
    fetch: async (query, call) => (await fetch(query, call)).map((record) => (record.state === 'present' ? change(record) : record)),
  });
const outcome =
  (from: Wrote['outcome'], to: Wrote): Change =>
  ({ write }) => ({
    write: async (batch, call) => (await write(batch, call)).map((one) => (one.outcome === from ? to : one)),
  });

/** What is easy to get wrong in an afternoon, and the case that finds it. */
const MISTAKES: Readonly<Record<string, readonly [id: string, Change]>> = {
  'a checkpoint that is ahead of what was read': [
    'CC-12',
    pages((page) => (page.last ? { ...page, checkpoint: { since: '2026-05-01T14:01:00.000Z', began: null, after: null } } : page)),
  ],
  'a read that ends where it began': ['CC-21', pages((page) => ({ ...page, checkpoint: null }))],
  'a page that calls itself newer than its request': [
    'CC-17',
    ({ read }) => ({
      async *read(query, call) {
        for await (const page of read(query, call)) yield { ...page, requestedAt: call.now() };
      },
    }),
  ],
  'a blank field that is left out': [
    'CC-29',
    values(({ values: all, ...record }) => ({
      ...record,
      values: Object.fromEntries(Object.entries(all).filter(([, value]) => value !== null)),
    })),
  ],
  'an unknown field that is blank': [
    'CC-27',
    values(({ values: all, ...record }) => ({ ...record, values: { ...all, No_Such_Field__c: null } })),
  ],
  'fetched records in the order of the CRM': [
    'CC-36',
    ({ fetch }) => ({ fetch: async (query, call) => (await fetch(query, call)).toSorted((a, b) => (a.id < b.id ? -1 : 1)) }),
  ],
  'a lost answer that is called not sent': ['CC-68', outcome('unknown', { outcome: 'not_sent', code: 'x', remedy: 'x' })],
  'no answer that is taken for a deletion': [
    'CC-38',
    ({ fetch }) => ({
      fetch: async (query, call) =>
        (await fetch(query, call)).map((record) => (record.state === 'missing' ? { id: record.id, state: 'deleted' } : record)),
    }),
  ],
  'a refused value that does not name its field': [
    'CC-60',
    outcome('refused', { outcome: 'refused', code: 'x', remedy: 'x', retryable: false }),
  ],
  'capabilities that say nothing of how long a write may take effect': [
    'CC-95',
    ({ capabilities: { settleMs: _, ...others } }) => ({ capabilities: others }),
  ],
};

describe('the contract finds', () => {
  it.each(Object.entries(MISTAKES))('%s', async (_, [id, change]) => {
    const { requires, check } = connectorContract.find((one) => one.id === id)!;
    expect(requires.every((one) => capabilities.has(one))).toBe(true);
    const made = () => {
      const { crm, connect } = rosterUnderTest();
      const connector = connect() as Parameters<Change>[0];
      return { crm, connect: () => ({ ...connector, ...change(connector) }) };
    };
    await expect(check(made)).rejects.toBeInstanceOf(AssertionError);
  });
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
