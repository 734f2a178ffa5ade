import { parsePhoneNumberFromString } from 'libphonenumber-js/min';
import type { Present } from '../crm/read-pages.ts';

export const COLUMNS = [
  'record_id',
  'phone_number',
  'first_name',
  'last_name',
  'do_not_call',
  'company_name',
  'title',
  'lead_source',
  'email',
  'lead_status',
  'score',
] as const;

type Cell = string | number | null;

/** A row of the table as one writes it by hand: the fields as they come, and the number so that calls find it. */
export function toRow({ id, values }: Present): Cell[] {
  const text = (name: string) => (values[name] ?? null) as string | null;
  return [
    id,
    parsePhoneNumberFromString(text('Phone') ?? '', 'US')?.number ?? null,
    text('FirstName'),
    text('LastName'),
    values['DoNotCall'] === true ? 1 : 0,
    text('Company'),
    text('Title'),
    text('LeadSource'),
    text('Email'),
    text('Status'),
    (values['Score'] ?? null) as number | null,
  ];
}
