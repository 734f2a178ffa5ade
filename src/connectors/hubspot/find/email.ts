import type { Value } from '../../../core/values/value.ts';
import { fitting } from '../../../http/fitting.ts';
import type { Call, FindQuery, FoundRecords } from '../../../ports/connector.ts';
import type { Context } from '../context.ts';
import { BATCH_MAX } from '../limits.ts';
import { startFinder } from '../query/finder.ts';
import { type FilterGroup, GROUPS_LENGTH_MAX } from '../query/search.ts';

/** The longest that an address can be. Source: RFC 5321, section 4.5.3.1. */
const ADDRESS_MAX = 320;
/** Further addresses of a contact, joined by `;`: HubSpot tells duplicates by them too. */
const ADDITIONAL = 'hs_additional_emails';
const ADDRESS = /^[^\s@;]+@[^\s@;]+$/;

/**
 * Records by email address. A contact is read by its address itself, which knows no lag; further addresses, and other
 * objects, are searched.
 *
 * Source: HubSpot developer docs, "Contacts" (email as `idProperty`, `hs_additional_emails`).
 */
export async function findByEmail(context: Context, query: FindQuery, call: Call): Promise<FoundRecords> {
  const { fields, kind } = await context.describer.object(query.object, call);
  const emails = [...fields.values()].filter(({ type }) => type === 'email').map(({ name }) => name);
  const searched = kind.name === 'contacts' && fields.has(ADDITIONAL) ? [...emails, ADDITIONAL] : emails;
  const finder = await startFinder(context, query, searched, call);
  const addresses = [
    ...new Set(query.values.filter((value) => value.length <= ADDRESS_MAX && ADDRESS.test(value)).map((value) => value.toLowerCase())),
  ];
  if (addresses.length < new Set(query.values).size || searched.length === 0) finder.incomplete();

  const left = new Set(addresses);
  if (kind.name === 'contacts' && emails.includes('email')) {
    for (const some of fitting(addresses, (part) => part.length > BATCH_MAX))
      for (const { values } of await finder.takeByKey('email', some)) left.delete(String(values['email']).toLowerCase());
  }
  const groupsOf = (some: readonly string[]): readonly FilterGroup[] =>
    searched.map((name) => [{ propertyName: name, operator: 'IN', values: some }]);
  if (searched.length > 0)
    for (const some of fitting([...left], (part) => JSON.stringify(groupsOf(part)).length > GROUPS_LENGTH_MAX))
      await finder.search(groupsOf(some));
  return finder.result((values, wanted) => searched.some((name) => addressesIn(values[name]).includes(wanted.toLowerCase())));
}

const addressesIn = (value: Value | undefined): readonly string[] =>
  typeof value === 'string' ? value.split(';').map((address) => address.trim().toLowerCase()) : [];
