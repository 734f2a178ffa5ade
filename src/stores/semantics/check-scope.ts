import { CrmSyncError } from '../../errors.ts';

/** What a store is bound to. */
export interface BoundScope {
  readonly workspace: string;
  readonly connection: string;
}

/**
 * Refuses a scope without a name: an id that was left empty would put several tenants into one.
 *
 * @throws CrmSyncError of category `configuration`, code `invalid_scope`.
 */
export function checkScope(scope: BoundScope): BoundScope {
  for (const name of ['workspace', 'connection'] as const) {
    if (typeof scope[name] === 'string' && scope[name] !== '') continue;
    throw new CrmSyncError(`A store can't be bound to an empty ${name}.`, {
      code: 'invalid_scope',
      category: 'configuration',
      remedy: `Give the ${name} an id that is unique and stays the same.`,
    });
  }
  return { workspace: scope.workspace, connection: scope.connection };
}
