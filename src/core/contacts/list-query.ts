import * as z from 'zod';
import { type Issue, refusedDocument } from '../../errors.ts';
import { parseDocument } from '../base/issues.ts';
import {
  type ContactFilter,
  type ContactFilterOptions,
  compileContactFilter,
  contactFilterDocument,
  filterableSchema,
} from '../mapping/contact-filter.ts';
import type { Filter } from '../mapping/filter.ts';
import type { ContactFact } from '../schema/contact-facts.ts';
import { perSchema } from '../schema/per-schema.ts';
import type { FieldName, Schema } from '../schema/schema-types.ts';
import { isValue } from '../values/is-value.ts';
import type { ContactSort, Place } from './contact-order.ts';
import { searchFilter } from './search-filter.ts';

/** An audience: which contacts, in which order, which page. Plain JSON. */
// biome-ignore lint/suspicious/noExplicitAny: see Schema
export interface ListOptions<S extends Schema = any> {
  /** Default: everybody. */
  readonly where?: ContactFilter<S>;
  /** What somebody typed into a search box: words of names and email addresses, a phone number in any spelling or a part of it. */
  readonly search?: string;
  /** At most three fields or facts; who is equal in all of them comes in the order of ids. Default: by id. */
  readonly sort?: readonly { readonly field: FieldName<S> | ContactFact; readonly direction?: ContactSort['direction'] }[];
  /** `after`: `next` of the page before. `limit`: most contacts, default 100, at most 1,000. */
  readonly page?: { readonly after?: string | null; readonly limit?: number };
}

const SORTS_MAX = 3;
const LIMIT_MAX = 1_000;
const LIMIT = 100;

const document = perSchema((schema) =>
  z.strictObject({
    where: contactFilterDocument(schema).optional(),
    search: z.string().max(200).optional(),
    sort: z
      .array(z.strictObject({ field: filterableSchema(schema), direction: z.enum(['ascending', 'descending']).optional() }))
      .max(SORTS_MAX)
      .optional(),
    page: z.strictObject({ after: z.string().nullish(), limit: z.int().min(1).max(LIMIT_MAX).optional() }).optional(),
  }),
);

export interface ReadList {
  readonly where: Filter | null;
  readonly sort: readonly ContactSort[];
  readonly after: Place | null;
  readonly limit: number;
}

/**
 * What a list is made of, canonical.
 *
 * @throws CrmSyncError `invalid_document` with every problem in `issues`.
 */
export function readListOptions(schema: Schema, options: ListOptions, known: ContactFilterOptions): ReadList {
  const parsed = parseDocument(document(schema), options);
  if (!parsed.ok) throw refusedDocument('The list', parsed.issues);
  const { where, search, sort = [], page } = parsed.value;
  const parts = [where === undefined ? null : compileContactFilter(schema, where, known), searchFilter(schema, search ?? '', known)];
  const [one = null, other] = parts.filter((part) => part !== null);
  const after = page?.after ?? null;
  const place = after === null ? null : placeOf(after, sort.length);
  if (place === undefined) throw refusedDocument('The list', [OTHER_PAGE]);
  const ordered = sort.map(({ field, direction = 'ascending' }) => ({ field, direction }));
  return { where: other === undefined ? one : { all: [one as Filter, other] }, sort: ordered, after: place, limit: page?.limit ?? LIMIT };
}

const OTHER_PAGE: Issue = {
  path: ['page', 'after'],
  code: 'invalid_page',
  message: 'is no page of this list',
  remedy: 'Give `next` of the page before, with the same `sort`.',
};

/** A place as text: by id alone it is the id. */
export const pageOf = ({ values, id }: Place): string => (values.length === 0 ? id : JSON.stringify([...values, id]));

function placeOf(page: string, sorts: number): Place | undefined {
  if (sorts === 0) return { values: [], id: page };
  try {
    const read: unknown = JSON.parse(page);
    if (!Array.isArray(read) || read.length !== sorts + 1 || !read.every(isValue)) return undefined;
    const id = read.at(-1);
    return typeof id === 'string' ? { values: read.slice(0, -1), id } : undefined;
  } catch {
    return undefined;
  }
}
