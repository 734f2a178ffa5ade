import { describe, it } from 'vitest';
import { connectorContract } from '../../src/testing/contracts/connector.ts';
import { isAbout, PLAIN, salesforceUnderTest } from './salesforce-under-test.ts';

describe('salesforce() whose first reads go by query jobs keeps the contract of a connector', () => {
  it.each(connectorContract.filter(isAbout))('$id $rule', ({ check }) => check(() => salesforceUnderTest({ ...PLAIN, bulk: true })));
});
