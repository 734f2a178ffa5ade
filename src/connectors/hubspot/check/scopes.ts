import type { Finding } from '../../../core/checks/finding.ts';
import { fine } from '../../../core/checks/findings.ts';
import { CrmSyncError } from '../../../errors.ts';
import type { Call } from '../../../ports/connector.ts';
import type { Client } from '../client.ts';
import { objectKind } from '../objects.ts';
import { objectsOf } from '../paths.ts';

/**
 * A token does not say which scopes it has, and only the app's own secret could ask. So each thing is tried: HubSpot
 * names the scopes that are missing in its refusal.
 */
export async function mayRead(client: Client, object: string, call: Call): Promise<readonly Finding[]> {
  await located(object, () => client.read(objectsOf(objectKind(object).name), { query: { limit: '1', properties: 'hs_object_id' } }, call));
  return [fine('scope_read', `The app may read ${object}.`, { object })];
}

/** An update of no records: it changes nothing, and scopes are looked at before the list is. */
export async function mayWrite(client: Client, object: string, call: Call): Promise<readonly Finding[]> {
  await located(object, async () => {
    try {
      await client.read(objectsOf(objectKind(object).name, 'batch', 'update'), { body: { inputs: [] } }, call);
    } catch (error) {
      if (!(error instanceof CrmSyncError) || error.category !== 'validation') throw error; // the empty list itself was refused
    }
  });
  return [fine('scope_write', `The app may write ${object}.`, { object })];
}

async function located<T>(object: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw error instanceof CrmSyncError ? error.locate({ object }) : error;
  }
}
