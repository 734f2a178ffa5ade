import type { FakeHubSpot, FakeHubSpotRecord } from '../hubspot/fake-hubspot.ts';
import { recordsOf } from './records.ts';

/** What becomes of records of an account, whatever object they are of. */
export function hubspotRecords(crm: FakeHubSpot) {
  /** The last of a chain of merges. */
  const heirOf = (id: string): FakeHubSpotRecord => {
    const record = crm.record(id);
    return record.mergedInto === null ? record : heirOf(record.mergedInto);
  };
  return {
    ...recordsOf(crm),
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
