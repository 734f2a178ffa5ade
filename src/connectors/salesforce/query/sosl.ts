/** Most characters of a search with operators. Source: SOQL and SOSL Reference, SOSL Limits. */
const SEARCH_MAX = 4_000;
/** Most rows of a search. Source: SOQL and SOSL Reference, SOSL Limits. */
export const SEARCH_ROWS_MAX = 2_000;

/**
 * A search of phone fields. Terms are digits and spaces only, so that nothing in them has a meaning of its own. Of an
 * object without an order Salesforce gives 250 rows, whatever the limit is.
 *
 * @param terms - A term with spaces is searched as a phrase. Others than digits and spaces are left out.
 * @returns Null where no term is left, or too many for one search.
 * @example
 * phoneSearch({ terms: ['4155550123', '415 555 0123'], object: 'Contact', columns: ['Id'] })
 * //=> 'FIND {4155550123 OR "415 555 0123"} IN PHONE FIELDS RETURNING Contact(Id ORDER BY Id) LIMIT 2000'
 */
export function phoneSearch({
  terms,
  object,
  columns,
}: {
  terms: readonly string[];
  object: string;
  columns: readonly string[];
}): string | null {
  const usable = terms.filter((term) => /^\d+( \d+)*$/.test(term)).map((term) => (term.includes(' ') ? `"${term}"` : term));
  const returning = `${object}(${columns.join(', ')} ORDER BY Id) LIMIT ${SEARCH_ROWS_MAX}`;
  const search = `FIND {${usable.join(' OR ')}} IN PHONE FIELDS RETURNING ${returning}`;
  return usable.length === 0 || search.length > SEARCH_MAX ? null : search;
}
