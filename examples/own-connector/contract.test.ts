/**
 * The contract of a connector, run against Roster's.
 *
 *   node --test examples/own-connector/contract.test.ts
 */
import { test } from 'node:test';
import { connectorContract } from 'crm-sync-engine/testing';
import { capabilities, rosterUnderTest } from './roster-under-test.ts';

for (const { id, rule, requires, check } of connectorContract)
  test(`${id} ${rule}`, { skip: requires.some((one) => !capabilities.has(one)) }, () => check(rosterUnderTest));
