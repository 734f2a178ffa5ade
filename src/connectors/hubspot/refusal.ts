import type { Wrote } from '../../ports/connector.ts';
import { complaintOf } from './complaint.ts';
import { verdictOf } from './errors.ts';
import { recordId } from './objects.ts';

type Refused = Extract<Wrote, { readonly outcome: 'refused' }>;

/** What became of one record that HubSpot did not write. The id of the record that is there already is in the message alone. */
export function refusalOf(error: unknown, status = 400): Refused {
  const complaint = complaintOf(error);
  const { code, remedy, retryable, field } = verdictOf(complaint, status);
  const existing = code === 'duplicate' ? recordId(/Existing ID:\s*(\d+)/.exec(complaint?.message ?? '')?.[1]) : null;
  return {
    outcome: 'refused',
    code,
    remedy,
    retryable,
    ...(field === undefined ? {} : { field }),
    ...(existing === null ? {} : { existing }),
  };
}
