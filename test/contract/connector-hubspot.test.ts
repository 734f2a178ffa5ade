import { describe, it } from 'vitest';
import { type ConnectorCapability, connectorContract } from '../../src/testing/contracts/connector.ts';
import { hubspotUnderTest, PLAIN, type Setup } from './hubspot-under-test.ts';

const SETUPS: Readonly<Record<string, Setup>> = {
  'to a portal that is prompt': PLAIN,
  'to a portal with a late index, late calculations and one record a page': {
    ...PLAIN,
    pageSizeMax: 1,
    aheadMs: -3_600_000,
    portal: { indexLagMs: 30_000, calculationLagMs: 5_000 },
  },
  'to a portal that keeps the id of the primary record in a merge': { ...PLAIN, portal: { mergeKeepsPrimaryId: true } },
  'to a portal where merged ids are gone, by the version before': {
    ...PLAIN,
    aheadMs: 0,
    portal: { mergedIdsResolve: false },
    connector: { apiVersion: '2026-03', chatAs: 'communication' },
  },
};

/** HubSpot hides no single record from an app, and a record without its company is one without any. */
const MISSING: ReadonlySet<ConnectorCapability> = new Set(['hiddenParents', 'unsharing', 'removalsInReads']);

/** CC-85 looks for all activities in one object; HubSpot keeps calls, communications and notes. */
const ELSEWHERE: ReadonlySet<string> = new Set(['CC-85']);

describe.each(Object.entries(SETUPS))('hubspot() %s keeps the contract of a connector', (_, setup) => {
  for (const { id, rule, requires, check } of connectorContract) {
    if (ELSEWHERE.has(id) || requires.some((one) => MISSING.has(one))) continue;
    it(`${id} ${rule}`, () => check(() => hubspotUnderTest(setup)));
  }
});
