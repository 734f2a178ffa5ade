import type { FakeSalesforce } from '../salesforce/fake-salesforce.ts';
import { recordsOf } from './records.ts';

/** What becomes of records of an org, whatever object they are of. */
export const salesforceRecords = (crm: FakeSalesforce) => ({
  ...recordsOf(crm),
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
