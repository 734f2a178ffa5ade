import type { ObjectInfo } from '../describe.ts';

/**
 * How a record leads to records of another object: `parent` by a look-up of its own, `children` by a look-up of theirs, `roles` as a
 * contact who plays a part in an opportunity, `account` as what hangs on the account that it belongs to.
 */
export type Way =
  | { readonly by: 'parent'; readonly relationship: string }
  | { readonly by: 'children'; readonly relationship: string }
  | { readonly by: 'roles'; readonly role: string | null }
  | { readonly by: 'account'; readonly relationship: string };

/** What is known of the objects that a way may go through. */
export interface Surroundings {
  readonly start: ObjectInfo;
  /** What is looked for. */
  readonly object: string;
  /** The role that the contact must have, where one was named. */
  readonly role: string | null;
  /** Null where it is the start itself, has no part in it, or is hidden. */
  readonly account: ObjectInfo | null;
}

const ROLES = 'OpportunityContactRoles';
/** Names a record in no way that matters: who lost a merge, who made it. */
const NO_TIE = new Set(['MasterRecordId', 'CreatedById', 'LastModifiedById', 'OwnerId']);

/**
 * Every way from a record to records of an object, none where describe shows none. What hangs on a person's account counts where
 * nothing leads from the person itself; opportunities are the account's by their nature, with or without a role of the contact.
 */
export function waysTo({ start, object, role, account }: Surroundings): readonly Way[] {
  const roles: readonly Way[] =
    object === 'Opportunity' && start.children.some(({ name }) => name === ROLES) ? [{ by: 'roles', role }] : [];
  if (role !== null) return roles;
  const parents = [...start.relations]
    .filter(([, { lookup, targets }]) => targets.length === 1 && targets[0] === object && !NO_TIE.has(lookup))
    .map(([relationship]): Way => ({ by: 'parent', relationship }));
  // The contact that an opportunity was made with has a role in it as well.
  const children = namesOf(start, object, roles.length > 0 ? 'ContactId' : undefined);
  const direct = [...parents, ...children.map((relationship): Way => ({ by: 'children', relationship })), ...roles];
  if (account === null || (direct.length > 0 && object !== 'Opportunity')) return direct;
  return [...direct, ...namesOf(account, object).map((relationship): Way => ({ by: 'account', relationship }))];
}

const namesOf = ({ children }: ObjectInfo, object: string, without?: string): readonly string[] =>
  children.filter((child) => child.object === object && child.lookup !== without && !NO_TIE.has(child.lookup)).map(({ name }) => name);
