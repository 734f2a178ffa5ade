import { describe, it } from 'vitest';
import { connectorContract } from '../../src/testing/contracts/connector.ts';
import { salesforceUnderTest, setupOf } from './salesforce-under-test.ts';

describe('salesforce() whose first reads go by query jobs keeps the contract of a connector', () => {
  it.each(connectorContract)('$id $rule', (one) => one.check(() => salesforceUnderTest({ ...setupOf(one), bulk: true })));
});
