import type { CrmConnector } from '../../src/ports/connector.ts';
import type { ConnectorCapability } from '../../src/testing/contracts/connector.ts';
import type { Fault } from './break-connector.ts';

interface Less {
  /** What a host would not declare of such a connector. */
  readonly undeclared: readonly ConnectorCapability[];
  readonly lessen: Fault;
}

const having =
  (change: (connector: CrmConnector) => CrmConnector): Fault =>
  ({ crm, connect }) => ({ crm, connect: () => change(connect()) });

/** Connectors with less than everything, made of one that has it. */
export const LESS: Readonly<Record<string, Less>> = {
  'that only reads': {
    undeclared: ['finds', 'writes', 'creates', 'emails', 'phones', 'uniqueKeys', 'activities', 'memberships', 'relates', 'reties'],
    lessen: having(
      ({
        find: _,
        write: __,
        activityRecord: ___,
        related: ____,
        members: _____,
        capabilities: { fetchBatchMax, parents = false },
        ...connector
      }) => ({
        ...connector,
        capabilities: { fetchBatchMax, parents },
      }),
    ),
  },
  'that writes and does not find': {
    undeclared: ['finds', 'emails', 'phones', 'activities', 'reties'],
    lessen: having(({ find: _, activityRecord: __, capabilities: { findsBy: ___, reties: ____, ...capabilities }, ...connector }) => ({
      ...connector,
      capabilities,
    })),
  },
  'that changes records and makes none, one at a time': {
    undeclared: ['creates', 'uniqueKeys', 'activities', 'reties', 'phones', 'emails'],
    lessen: having(({ activityRecord: _, capabilities: { creates: __, findsBy: ___, reties: ____, ...capabilities }, ...connector }) => ({
      ...connector,
      capabilities: { ...capabilities, writeBatchMax: 1 },
      async write(batch, call) {
        if (batch.length > 1 || batch.some(({ id }) => id === null)) throw new RangeError('One change of a record at a time.');
        return connector.write?.(batch, call) ?? [];
      },
    })),
  },
};
