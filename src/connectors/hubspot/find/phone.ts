import { normalizePhone } from '../../../core/phone/phone.ts';
import { type PhoneSpellings, phoneSpellings } from '../../../core/phone/phone-spellings.ts';
import { fitting } from '../../../http/fitting.ts';
import type { Call, FindQuery, FoundRecords } from '../../../ports/connector.ts';
import type { Context } from '../context.ts';
import { startFinder } from '../query/finder.ts';
import { type FilterGroup, GROUPS_LENGTH_MAX, GROUPS_MAX } from '../query/search.ts';

/** Digits that HubSpot works out of a typed number for its own search: without country code, or with it. */
const SEARCHABLE = /^hs_searchable_calculated_/;
/** Parts of a number, which say nothing alone. */
const PART = /_(area|country|region)_code$/;

/**
 * Records by phone number, E.164. HubSpot keeps numbers as they were typed and works out digits to search by, later and
 * not for every number; so those are searched, the usual spellings beside them, and whatever is found is compared here.
 *
 * Source: HubSpot developer docs, "Search the CRM", phone numbers.
 */
export async function findByPhone(context: Context, query: FindQuery, call: Call): Promise<FoundRecords> {
  const { fields } = await context.describer.object(query.object, call);
  const phones = [...fields.values()].filter(({ name, type }) => type === 'phone' && !PART.test(name)).map(({ name }) => name);
  const searchable = [...fields.keys()].filter((name) => SEARCHABLE.test(name) && !PART.test(name));
  const typed = phones.filter((name) => !SEARCHABLE.test(name) && fields.get(name)?.creatable);
  const compared = phones.filter((name) => !SEARCHABLE.test(name));
  const spellings = new Map(
    query.values.flatMap((value) => {
      const known = phoneSpellings(value);
      return known ? [[value, known] as const] : [];
    }),
  );
  const finder = await startFinder(context, query, compared, call);
  if (typed.length === 0 || spellings.size < query.values.length) finder.incomplete();

  const groupsOf = (numbers: readonly string[]): readonly FilterGroup[] => {
    const all = numbers.map((number) => spellings.get(number)!);
    const [digits, texts] = [all.flatMap(digitsOf), all.flatMap(({ texts }) => texts).map((text) => text.toLowerCase())];
    return [
      ...searchable.map((propertyName) => [{ propertyName, operator: 'IN' as const, values: [...new Set(digits)] }]),
      ...typed.map((propertyName) => [{ propertyName, operator: 'IN' as const, values: [...new Set(texts)] }]),
    ];
  };
  const isSmall = (groups: readonly FilterGroup[]) => groups.length <= GROUPS_MAX && JSON.stringify(groups).length <= GROUPS_LENGTH_MAX;
  if (typed.length > 0) {
    const longest = (part: readonly string[]) => Math.max(...groupsOf(part).map((group) => JSON.stringify(group).length));
    for (const numbers of fitting([...spellings.keys()], (part) => longest(part) > GROUPS_LENGTH_MAX))
      for (const groups of fitting(groupsOf(numbers), (part) => !isSmall(part))) await finder.search(groups);
  }
  return finder.result((values, number) =>
    compared.some((name) => {
      const country = spellings.get(number)?.country;
      const phone = normalizePhone(values[name] ?? null, country === undefined ? {} : { defaultCountry: country });
      return phone.kind === 'phone' && [phone.e164, ...(phone.others ?? [])].includes(number);
    }),
  );
}

/** HubSpot drops leading zeros, and keeps the country code of a number that it can't read. */
const digitsOf = ({ searchTerms }: PhoneSpellings): readonly string[] =>
  searchTerms
    .map((term) => term.replaceAll(/\D/g, ''))
    .flatMap((term) => [term, term.replace(/^0+/, '')])
    .filter((term) => term !== '');
