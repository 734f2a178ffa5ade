import { AssertionError } from 'node:assert';
import { describe, expect, it } from 'vitest';
import { connectorContract } from '../../src/testing/contracts/connector.ts';
import { connectorFaults } from './connector-faults.ts';
import { LESS } from './lessen-connector.ts';
import { salesforceUnderTest, setupOf } from './salesforce-under-test.ts';

describe('every case of the contract of a connector fails for a connector that breaks its rule', () => {
  it('there is a fault for every case', () => {
    expect(Object.keys(connectorFaults)).toEqual(connectorContract.map(({ id }) => id));
  });

  it.each(connectorContract)('$id $rule', async (one) => {
    await expect(one.check(() => connectorFaults[one.id]!(salesforceUnderTest(setupOf(one))))).rejects.toBeInstanceOf(AssertionError);
  });

  const { undeclared, lessen } = LESS['that changes records and makes none, one at a time']!;
  /** Nothing can be in the wrong order, or spoil another, where there is only one. */
  const ofSeveral = new Set(['CC-34', 'CC-58']);
  it.each(connectorContract.filter(({ id, requires }) => !ofSeveral.has(id) && !requires.some((one) => undeclared.includes(one))))(
    '$id also for one that makes no records, nor takes two at a time',
    async (one) => {
      await expect(one.check(() => connectorFaults[one.id]!(lessen(salesforceUnderTest(setupOf(one)))))).rejects.toBeInstanceOf(
        AssertionError,
      );
    },
  );
});
