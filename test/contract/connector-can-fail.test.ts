import { AssertionError } from 'node:assert';
import { describe, expect, it } from 'vitest';
import { connectorContract } from '../../src/testing/contracts/connector.ts';
import { connectorFaults } from './connector-faults.ts';
import { salesforceUnderTest } from './salesforce-under-test.ts';

describe('every case of the contract of a connector fails for a connector that breaks its rule', () => {
  it('there is a fault for every case', () => {
    expect(Object.keys(connectorFaults)).toEqual(connectorContract.map(({ id }) => id));
  });

  it.each(connectorContract)('$id $rule', async ({ id, check }) => {
    await expect(check(() => connectorFaults[id]!(salesforceUnderTest()))).rejects.toBeInstanceOf(AssertionError);
  });
});
