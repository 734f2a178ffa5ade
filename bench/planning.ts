import { type CrmRecord, type InboundInput, type InboundPlan, type PlannedContact, type PlannedLink, planInbound } from 'crm-sync-engine';
import { parsePhoneNumberFromString } from 'libphonenumber-js/min';
import * as z from 'zod';
import { compiled, fetched, type Spelling } from './people.ts';
import type { Ratio, Report } from './report.ts';
import { inTurns } from './rounds.ts';

const RECORDS = 2_000;
const NOW = Date.parse('2026-03-01T09:00:00.000Z');
const HOUR_MS = 3_600_000;

/** A page of records as text, as it comes over the wire, and what it means where everything or nothing of it is known. */
function pageOf(spelling: Spelling) {
  const made = Array.from({ length: RECORDS }, (_, index): CrmRecord => {
    const { id, values, modifiedAt } = fetched(index, spelling);
    return { id, fields: values, modifiedAt };
  });
  const json = JSON.stringify(made);
  const records = JSON.parse(json) as CrmRecord[];
  const nobody = { mapping: compiled, records, contacts: [], links: [], now: NOW };
  return { json, records, new: nobody, known: { ...nobody, ...agreed(planInbound(nobody)) } };
}

/** What a store gives back once the contacts of a plan were made: rows from text, nothing shared with the plan. */
function agreed({ creates }: InboundPlan): { contacts: PlannedContact[]; links: PlannedLink[] } {
  const contacts = creates.map(({ recordId, fields }) => ({ id: `contact of ${recordId}`, fields, version: 'v1' }));
  const links = creates.map(({ recordId, link: { rebased: _, ...link } }) => {
    const id = `link of ${recordId}`;
    return { ...link, id, contactId: `contact of ${recordId}`, seen: 'v1', dueAt: null, syncedAt: NOW - HOUR_MS };
  });
  return JSON.parse(JSON.stringify({ contacts, links }));
}

const text = z.string().nullable();
const shape = {
  phone_number: text,
  first_name: text,
  last_name: text,
  do_not_call: z.boolean(),
  company_name: text,
  title: z.string().max(128).nullable(),
  lead_source: z.enum(['Web', 'Phone Inquiry', 'Partner', 'Trade Show']).nullable(),
  email: text,
  lead_status: z.enum(['New', 'Working', 'Qualified', 'Customer']).nullable(),
  score: z.number().nullable(),
};
/** Checks the types, changes nothing. */
const bare = z.object(shape);
const e164 = (phone: string | null) => (phone === null ? null : (parsePhoneNumberFromString(phone, 'US')?.number ?? null));
/** What makes a contact of it too: numbers that calls find it by. */
const withPhones = z.object({ ...shape, phone_number: text.transform(e164) });

const mapped = ({ fields }: CrmRecord) => ({
  phone_number: fields['Phone'],
  first_name: fields['FirstName'],
  last_name: fields['LastName'],
  do_not_call: fields['DoNotCall'],
  company_name: fields['Company'],
  title: fields['Title'],
  lead_source: fields['LeadSource'],
  email: fields['Email'],
  lead_status: fields['Status'],
  score: fields['Score'],
});

const PARSE = 'JSON.parse of the page';
const TYPES = 'map and zod, types only';
const PHONES = 'map and zod, numbers as E.164';

/** Each is compared in turns with one other piece of work at a time: what else runs in between would only empty the caches. */
export function measurePlanning(rounds: number): Report {
  const asE164 = pageOf('e164');
  const national = pageOf('national');
  const rows: Report['rows'][number][] = [];
  const ratios: Ratio[] = [];
  const compare = (plan: string, page: ReturnType<typeof pageOf>, input: InboundInput, targets: Partial<Record<string, number>>) => {
    const others = {
      [PARSE]: () => JSON.parse(page.json) as unknown,
      [TYPES]: () => page.records.map((record) => bare.parse(mapped(record))),
      [PHONES]: () => page.records.map((record) => withPhones.parse(mapped(record))),
    };
    for (const [other, work] of Object.entries(others)) {
      const times = inTurns({ plan: () => planInbound(input), other: work }, { rounds });
      const target = targets[other];
      rows.push({ plan, milliseconds: times.plan.best, beside: other, 'its milliseconds': times.other.best });
      ratios.push({ name: `${plan} / ${other}`, value: times.plan.best / times.other.best, ...(target !== undefined && { target }) });
    }
  };
  compare('nothing new', asE164, asE164.known, { [PARSE]: 1, [TYPES]: 1, [PHONES]: 1 });
  compare('nothing new, numbers as typed', national, national.known, { [PARSE]: 1, [TYPES]: 1, [PHONES]: 1 });
  compare('new contacts', asE164, asE164.new, { [PARSE]: 2, [TYPES]: 1, [PHONES]: 1 });
  compare('new contacts, numbers as typed', national, national.new, { [PARSE]: 2, [TYPES]: 1, [PHONES]: 1 });
  return { title: `Planning a page of ${RECORDS.toLocaleString('en')} records with 10 mapped fields, the best round`, rows, ratios };
}
