import { CrmSyncError } from '../errors.ts';
import type { OptionalMethod } from '../ports/complete-connector.ts';
import type { CrmConnector } from '../ports/connector.ts';

/** What a mapping or a call may need beside what every connector has. `capability_missing` names one. */
export type Capability =
  | 'write'
  | 'create'
  | 'find'
  | 'find by phone'
  | 'find by email'
  | 'parents'
  | 'activities'
  | 'associations'
  | 'owners';

interface Ability {
  /** What a connector has that has it, in the words of the port. */
  readonly comesWith: string;
  readonly isIn: (connector: CrmConnector) => boolean;
}

const ABILITIES: Readonly<Record<Capability, Ability>> = {
  write: { comesWith: '`write`', isIn: ({ write }) => write !== undefined },
  create: {
    comesWith: '`write` and `capabilities.creates`',
    isIn: ({ write, capabilities }) => write !== undefined && capabilities.creates === true,
  },
  find: { comesWith: '`find`', isIn: ({ find }) => find !== undefined },
  'find by phone': { comesWith: "`find` and `capabilities.findsBy: ['$phone']`", isIn: (connector) => searches(connector, '$phone') },
  'find by email': { comesWith: "`find` and `capabilities.findsBy: ['$email']`", isIn: (connector) => searches(connector, '$email') },
  parents: { comesWith: '`capabilities.parents`', isIn: ({ capabilities }) => capabilities.parents === true },
  activities: {
    comesWith: '`activityRecord`, `write` and `find`',
    isIn: ({ activityRecord, write, find }) => activityRecord !== undefined && write !== undefined && find !== undefined,
  },
  associations: { comesWith: '`related` and `capabilities.relatedBatchMax`', isIn: ({ related }) => related !== undefined },
  owners: { comesWith: '`owners`', isIn: ({ owners }) => owners !== undefined },
};

const searches = ({ find, capabilities }: CrmConnector, by: '$phone' | '$email'): boolean =>
  find !== undefined && capabilities.findsBy?.includes(by) === true;

/**
 * What mappings and calls may ask of this connector: a settings page offers outbound rules only with `write`, channels only
 * with `activities`, dotted paths only with `parents`.
 */
export const capabilitiesOf = (connector: CrmConnector): ReadonlySet<Capability> =>
  new Set((Object.keys(ABILITIES) as Capability[]).filter((name) => ABILITIES[name].isIn(connector)));

export const comesWith = (capability: Capability): string => ABILITIES[capability].comesWith;

/** The reason and remedy of a step that the connector has nothing for. */
export const lacking = (capability: Capability) => ({
  reason: 'capability_missing',
  remedy: `Nothing to do, unless you want it: then use a connector with ${comesWith(capability)}.`,
});

/** What a flow knows of its connector. */
interface Able {
  readonly can: ReadonlySet<Capability>;
  readonly connector: Pick<CrmConnector, 'provider'>;
}

/** @throws CrmSyncError `capability_missing`, before anything is asked of the CRM. */
export function requireCapability({ can, connector }: Able, capability: Capability, call: string): void {
  if (!can.has(capability)) throw capabilityMissing(connector, capability, `\`${call}\``);
}

const CAPABILITY_OF: Readonly<Record<OptionalMethod, Capability>> = { find: 'find', write: 'write', activityRecord: 'activities' };

/** What the call of a missing method fails with: never reached, since settings and calls that need it are refused before. */
export const methodMissing = (connector: CrmConnector, method: OptionalMethod): CrmSyncError =>
  capabilityMissing(connector, CAPABILITY_OF[method], `\`${method}\``);

const capabilityMissing = ({ provider }: Pick<CrmConnector, 'provider'>, capability: Capability, what: string): CrmSyncError =>
  new CrmSyncError(`${what} needs the capability \`${capability}\`, which the connector ${provider} lacks.`, {
    code: 'capability_missing',
    category: 'configuration',
    remedy: `Use a connector with ${comesWith(capability)}, or do without it.`,
  });
