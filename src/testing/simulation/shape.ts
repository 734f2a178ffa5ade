import type { ConflictChoice } from '../../core/mapping-types.ts';
import type { ConnectionSettings } from '../../core/settings.ts';
import type { Chance } from './chance.ts';
import type { CrmShape } from './crm-of-people.ts';

/** What kind of deployment a seed makes. */
export interface Shape extends CrmShape {
  readonly crm: string;
  /** Every lease is given to everybody: correctness must not hang on leases. */
  readonly withoutLeases: boolean;
  readonly unknownCaller: 'skip' | 'create';
  readonly createMissing: boolean;
  /** People in the CRM at the start. */
  readonly people: number;
  readonly onDelete: NonNullable<ConnectionSettings['onDelete']>;
  /** Share of merges that the merger fails. */
  readonly failingMerges: number;
  /** Share of requests that go wrong. */
  readonly failing: number;
  /** Share of flows whose process dies, is aborted, or has a time limit. */
  readonly cut: number;
}

/** Each policy once where nothing else is asked for. */
const CONFLICTS: CrmShape['conflicts'] = { email: 'crm', title: 'local', city: 'newest' };
const POLICIES: readonly ConflictChoice[] = ['crm', 'local', 'newest', 'manual', { policy: 'longest' }];

function conflictsOf(chance: Chance): CrmShape['conflicts'] {
  if (chance.of(0.4)) return CONFLICTS;
  return { email: chance.oneOf(POLICIES), title: chance.oneOf([...POLICIES, 'merge']), city: chance.oneOf(POLICIES) };
}

export function shapeOf(chance: Chance, crms: readonly string[]): Shape {
  return {
    crm: chance.oneOf(crms),
    withoutLeases: chance.of(0.4),
    unknownCaller: chance.of(0.7) ? 'create' : 'skip',
    createMissing: chance.of(0.7),
    people: 2 + chance.below(10),
    failing: chance.oneOf([0, 0.03, 0.12]),
    cut: chance.oneOf([0, 0.2, 0.5]),
    pageSizeMax: chance.oneOf([2, 5, 100]),
    skewMs: chance.oneOf([0, 0, -90_000, 1_500, 240_000]),
    hasIdField: chance.of(0.5),
    hasActivityKey: chance.of(0.5),
    conflicts: conflictsOf(chance),
    onDelete: chance.oneOf(['unlink', 'unlink', 'delete', { flag: 'do_not_call' }]),
    failingMerges: chance.oneOf([0, 0, 0.3]),
  };
}
