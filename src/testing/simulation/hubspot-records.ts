import type { FakeHubSpot, FakeHubSpotRecord } from '../hubspot/fake-hubspot.ts';

/** What becomes of records of an account, whatever object they are of. */
export function hubspotRecords(crm: FakeHubSpot) {
  /** The last of a chain of merges. */
  const heirOf = (id: string): FakeHubSpotRecord => {
    const record = crm.record(id);
    return record.mergedInto === null ? record : heirOf(record.mergedInto);
  };
  return {
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
        const { properties, archived, mergedInto } = crm.record(id);
        const gone = mergedInto === null ? (archived ? 'deleted' : null) : heirOf(mergedInto).archived ? 'untold' : 'merged';
        return { properties, gone } as const;
      } catch {
        return null;
      }
    },
  };
}
