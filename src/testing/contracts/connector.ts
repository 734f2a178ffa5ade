import { aborts } from './connector/aborts.ts';
import { activities } from './connector/activities.ts';
import { basics } from './connector/basics.ts';
import { capabilities } from './connector/capabilities.ts';
import { changes, parentChanges } from './connector/changes.ts';
import { failures } from './connector/failures.ts';
import { fetches } from './connector/fetches.ts';
import { finds } from './connector/finds.ts';
import { members } from './connector/members.ts';
import { parents } from './connector/parents.ts';
import { privacy } from './connector/privacy.ts';
import { reads } from './connector/reads.ts';
import { related } from './connector/related.ts';
import type { ConnectorCapability, ConnectorUnderTest } from './connector/subject.ts';
import { ties } from './connector/ties.ts';
import { values } from './connector/values.ts';
import { lateWrites, writes } from './connector/writes.ts';
import { type ContractCase, contractOf } from './contract-case.ts';

export type {
  ConnectorCapability,
  ConnectorUnderTest,
  CrmFault,
  CrmFields,
  CrmRecord,
  CrmUnderTest,
  CrmValues,
  HeldRequest,
  RequestKind,
} from './connector/subject.ts';

export type ConnectorContractCase = ContractCase<ConnectorUnderTest, ConnectorCapability>;

/**
 * What every `CrmConnector` must do, one case per sentence of the port. Run it against a connector of your own and a fake
 * of its CRM, under any test runner, with the capabilities that the two have.
 *
 * @example
 * const capabilities: ReadonlySet<ConnectorCapability> = new Set(['finds', 'writes', 'emails']);
 * for (const { id, rule, requires, check } of connectorContract)
 *   test(`${id} ${rule}`, { skip: requires.some((one) => !capabilities.has(one)) }, () => check(makeMyCrm));
 */
export const connectorContract: readonly ConnectorContractCase[] = contractOf<ConnectorUnderTest, ConnectorCapability>([
  ...basics,
  ...reads,
  ...changes,
  ...values,
  ...fetches,
  ...finds,
  ...writes,
  ...failures,
  ...aborts,
  ...activities,
  ...privacy,
  ...capabilities,
  ...parentChanges,
  ...lateWrites,
  ...ties,
  ...related,
  ...parents,
  ...members,
]);
