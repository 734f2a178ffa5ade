import { describe, expect, it } from 'vitest';
import { type ConnectorCapability, connectorContract } from '../../src/testing/contracts/connector.ts';
import { LESS } from './lessen-connector.ts';
import { OBJECTS } from './salesforce-objects.ts';
import { PLAIN, type Setup, salesforceUnderTest, setupOf } from './salesforce-under-test.ts';

const SETUPS: Readonly<Record<string, Setup>> = {
  'with a unique field for the key of an activity': PLAIN,
  'with CallObject for the key, a late index and one record a page': {
    object: 'Contact',
    key: 'CallObject',
    pageSizeMax: 1,
    aheadMs: -3_600_000,
    indexDelayMs: 90_000,
  },
  'with a line of text for the key': { ...PLAIN, key: 'Description', aheadMs: 0 },
};

describe.each(Object.entries(SETUPS))('salesforce() %s keeps the contract of a connector', (_, setup) => {
  it.each(connectorContract)('$id $rule', (one) => one.check(() => salesforceUnderTest(setupOf(one, setup))));
});

describe.each(Object.entries(LESS))('a connector %s keeps what the contract asks of such a one', (_, { undeclared, lessen }) => {
  for (const one of connectorContract) {
    if (one.requires.some((capability) => undeclared.includes(capability))) continue;
    it(`${one.id} ${one.rule}`, () => one.check(() => lessen(salesforceUnderTest(setupOf(one)))));
  }
});

describe.each(['Lead', 'Account', 'Opportunity', 'Case'] as const)('salesforce() keeps the contract with %s records', (object) => {
  const missing: ReadonlySet<ConnectorCapability> = OBJECTS[object].missing;
  for (const one of connectorContract)
    it.skipIf(one.requires.some((capability) => missing.has(capability)))(`${one.id} ${one.rule}`, () =>
      one.check(() => salesforceUnderTest({ ...setupOf(one), object })),
    );
});

it('the contract numbers its cases without a gap', () => {
  const numbers = connectorContract.map((_, index) => `CC-${String(index + 1).padStart(2, '0')}`);
  expect(connectorContract.map(({ id }) => id)).toEqual(numbers);
});
