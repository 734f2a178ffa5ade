import type { FakeSalesforce } from '../salesforce/fake-salesforce.ts';

/** What becomes of records of an org, whatever object they are of. */
export const salesforceRecords = (crm: FakeSalesforce) => ({
  remove: (id: string): void => void crm.remove(id),
  restore(id: string): boolean {
    try {
      crm.restore(id);
      return true;
    } catch {
      return false;
    }
  },
  merge: (winnerId: string, loserId: string): string => crm.merge(winnerId, loserId).id,
  /** Null: nothing is known of it any more. */
  look(id: string) {
    try {
      const { fields, deleted, mergedInto } = crm.record(id);
      return { fields, gone: mergedInto !== null ? 'merged' : deleted ? 'deleted' : null } as const;
    } catch {
      return null;
    }
  },
});
