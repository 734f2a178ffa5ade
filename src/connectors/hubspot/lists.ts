import * as z from 'zod';
import { lazy } from '../../core/base/lazy.ts';
import { CrmSyncError } from '../../errors.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Call } from '../../ports/connector.ts';
import type { Client } from './client.ts';
import { brokenAnswer } from './errors.ts';
import type { ObjectKind } from './objects.ts';
import { listAt } from './paths.ts';

const listAnswer = lazy(() => z.object({ list: z.object({ objectTypeId: z.string(), deletedAt: z.unknown().optional() }) }));
/** Lists of records, which the product calls segments. */
export interface Lists {
  /**
   * The type id of the records in a list.
   *
   * @param freshMs - It is asked for anew where HubSpot said so that long ago; 0: in any case.
   * @throws CrmSyncError `list_not_found`, `list_of_other_object`, category `configuration`; without the scope
   *   `missing_scopes`, category `permission`.
   */
  typeOf(list: string, kind: ObjectKind, freshMs: number, call: Call): Promise<string>;
}

export function createLists(client: Client, clock: Clock): Lists {
  const kept = new Map<string, { readonly typeId: string; readonly at: number }>();
  return {
    async typeOf(list, kind, freshMs, call) {
      const known = kept.get(list);
      const isFresh = known !== undefined && clock.now() - known.at < freshMs;
      const typeId = isFresh ? known.typeId : await askType(client, list, call);
      if (!isFresh) kept.set(list, { typeId, at: clock.now() });
      if (kind.typeId === null || kind.typeId === typeId) return typeId;
      throw new CrmSyncError(`The list ${list} holds records of another object than ${kind.name}.`, {
        code: 'list_of_other_object',
        category: 'configuration',
        remedy: 'Give the id of a list of this object, as it stands in the URL of the list in HubSpot.',
        at: { object: kind.name },
      });
    },
  };
}

async function askType(client: Client, list: string, call: Call): Promise<string> {
  const resource = listAt(list);
  const { body } = await unlessNotFound(list, () => client.read(resource, {}, call));
  const answer = listAnswer().safeParse(body);
  if (!answer.success) throw brokenAnswer(`GET ${resource.operation}`);
  if (answer.data.list.deletedAt != null) throw listNotFound(list);
  return answer.data.list.objectTypeId;
}

/** @throws CrmSyncError `list_not_found` where HubSpot says so of anything about a list. */
export async function unlessNotFound<T>(list: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw error instanceof CrmSyncError && error.category === 'not_found' ? listNotFound(list) : error;
  }
}

const listNotFound = (list: string): CrmSyncError =>
  new CrmSyncError(`HubSpot has no list ${list}.`, {
    code: 'list_not_found',
    category: 'configuration',
    remedy: 'Restore the list in HubSpot, or name another one: without it nobody can say which records are meant.',
  });
