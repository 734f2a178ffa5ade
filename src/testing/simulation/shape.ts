import type { ConflictChoice } from '../../core/mapping/mapping-types.ts';
import type { ConnectionSettings } from '../../core/settings.ts';
import type { Chance } from './chance.ts';
import { type CompanyShape, companyShapeOf } from './companies/company.ts';
import type { CrmShape } from './crm-of-people.ts';

/** One connection of a deployment. */
export interface AccountShape extends CrmShape {
  readonly crm: string;
  /** What another CRM gave goes to this one, too. */
  readonly propagate: boolean;
}

/** What kind of deployment a seed makes. */
export interface Shape {
  readonly accounts: readonly AccountShape[];
  /** Every lease is given to everybody: correctness must not hang on leases. */
  readonly withoutLeases: boolean;
  readonly unknownCaller: 'skip' | 'create';
  readonly createMissing: boolean;
  /** People in the CRM at the start. */
  readonly people: number;
  readonly onDelete: NonNullable<ConnectionSettings['onDelete']>;
  /** What stops a run that would unlink or clear many; null: what the engine does of its own. */
  readonly deletionBrake: { readonly share: number; readonly minimum: number } | null;
  /** Share of merges that the merger fails. */
  readonly failingMerges: number;
  /** Share of requests that go wrong. */
  readonly failing: number;
  /** Share of flows whose process dies, is aborted, or has a time limit. */
  readonly cut: number;
  /** Absent: people only. */
  readonly companies?: CompanyShape;
  /** The host is told who is in two segments. */
  readonly segments?: true;
}

/** Each policy once where nothing else is asked for. */
const CONFLICTS: CrmShape['conflicts'] = { email: 'crm', title: 'local', city: 'newest' };
const POLICIES: readonly ConflictChoice[] = ['crm', 'local', 'newest', 'manual', { policy: 'longest' }];

function conflictsOf(chance: Chance): CrmShape['conflicts'] {
  if (chance.of(0.4)) return CONFLICTS;
  return { email: chance.oneOf(POLICIES), title: chance.oneOf([...POLICIES, 'merge']), city: chance.oneOf(POLICIES) };
}

/** Share of deployments that have both CRMs. */
const BOTH_CRMS = 0.5;

const accountOf = (chance: Chance, crm: string): AccountShape => ({
  crm,
  propagate: chance.of(0.3),
  pageSizeMax: chance.oneOf([2, 5, 100]),
  skewMs: chance.oneOf([0, 0, -90_000, 1_500, 240_000]),
  hasIdField: chance.of(0.5),
  hasActivityKey: chance.of(0.5),
  conflicts: conflictsOf(chance),
});

export function shapeOf(chance: Chance, crms: readonly string[]): Shape {
  const first = chance.oneOf(crms);
  const others = chance.of(BOTH_CRMS) ? crms.filter((crm) => crm !== first) : [];
  return {
    accounts: [first, ...others].map((crm) => accountOf(chance, crm)),
    withoutLeases: chance.of(0.4),
    unknownCaller: chance.of(0.7) ? 'create' : 'skip',
    createMissing: chance.of(0.7),
    people: 2 + chance.below(10),
    failing: chance.oneOf([0, 0.03, 0.12]),
    cut: chance.oneOf([0, 0.2, 0.5]),
    onDelete: chance.oneOf(['unlink', 'unlink', 'delete', { flag: 'do_not_call' }]),
    deletionBrake: chance.oneOf([null, { share: 0.1, minimum: 2 }, { share: 0.4, minimum: 3 }]),
    failingMerges: chance.oneOf([0, 0, 0.3]),
  };
}

/** What a deployment may have beside people. */
export type Beside = 'companies' | 'segments' | 'troubled companies';

/** Share of deployments that have it. */
const SHARES: Readonly<Record<Beside, number>> = { companies: 0.4, segments: 0.4, 'troubled companies': 0.5 };

/** What there is beside people, in those that have it: drawn apart, so that all else of a deployment is as it is without. */
export function withBeside(people: Shape, chance: Chance, given: readonly Beside[] | undefined): Shape {
  const has = (what: Beside): boolean => {
    const isDrawn = chance.of(SHARES[what]);
    return given?.includes(what) ?? isDrawn;
  };
  const plain = has('companies') ? companyShapeOf(chance) : null;
  const shape: Shape = has('segments') ? { ...people, segments: true } : people;
  if (plain === null) return shape;
  const companies: CompanyShape = has('troubled companies') ? { ...plain, troubled: true } : plain;
  return { ...shape, companies, accounts: shape.accounts.map((account) => ({ ...account, companies })) };
}
