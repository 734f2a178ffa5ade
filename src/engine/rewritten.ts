import type { Finding } from '../core/checks/finding.ts';
import type { ConflictRecord } from './conflict-entry.ts';
import type { Context } from './context.ts';
import { KIND } from './kinds.ts';

export const rewrittenField = (crm: string): string =>
  `An automation in the CRM rewrites ${crm}: what is sent is undone each time, so nothing is sent to it for these contacts.`;

const FOUND_MAX = 1_000;

/** Conflicts that wait for somebody. At most `FOUND_MAX`. */
export async function openConflicts({ store }: Context): Promise<readonly ConflictRecord[]> {
  const query = { scope: 'connection', kind: KIND.conflict, dueBy: Number.MAX_SAFE_INTEGER, limit: FOUND_MAX } as const;
  return (await store.entries(query)).map(({ body }) => body as unknown as ConflictRecord);
}

/** One finding for each field that nothing is sent to, because the CRM undoes it (P4). */
export async function rewrittenFindings(context: Context): Promise<readonly Finding[]> {
  const places = new Map<string, { readonly object: string; readonly field: string; contacts: number }>();
  for (const { object, crm: field, open } of await openConflicts(context)) {
    if (open !== 'rewritten') continue;
    const place = places.get(`${object} ${field}`) ?? { object, field, contacts: 0 };
    places.set(`${object} ${field}`, { ...place, contacts: place.contacts + 1 });
  }
  return [...places.values()].map(({ object, field, contacts }) => ({
    level: 'warning',
    code: 'field_rewritten',
    message: `${rewrittenField(field)} Contacts: ${contacts}.`,
    remedy: `Find the workflow, flow or other app that sets ${field} and change it, or map the field inbound only; then decide these conflicts.`,
    who: 'crm_admin',
    at: { object, field },
  }));
}
