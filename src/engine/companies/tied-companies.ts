import type { Fields } from '../../core/values/value.ts';
import type { Context } from '../context.ts';

const LOADED_MAX = 500;

const namedIn = (field: string, rows: readonly { readonly fields: Fields }[]): readonly string[] => [
  ...new Set(rows.flatMap(({ fields }) => (typeof fields[field] === 'string' ? [fields[field]] : []))),
];

/** The companies that these contacts are tied to, each once. */
export async function companiesOfContacts({ store, options }: Context, contactIds: readonly string[]): Promise<readonly string[]> {
  const field = options.companies?.contactField;
  if (field === undefined) return [];
  const rows = [];
  for (let start = 0; start < contactIds.length; start += LOADED_MAX)
    rows.push(...(await store.load({ ids: contactIds.slice(start, start + LOADED_MAX) })));
  return namedIn(field, rows);
}

/** The contacts of these edits that would belong to a company which is not there. */
export async function withUnknownCompany(
  { store, options }: Context,
  edits: readonly { readonly contactId: string; readonly values: Fields }[],
): Promise<readonly string[]> {
  const field = options.companies?.contactField;
  const named =
    field === undefined
      ? []
      : namedIn(
          field,
          edits.map(({ values }) => ({ fields: values })),
        );
  if (field === undefined || named.length === 0) return [];
  const rows = await store.load({ ids: named });
  const known = new Set(rows.flatMap(({ id, entity, removed }) => (entity === 'company' && removed !== true ? [id] : [])));
  return edits.flatMap(({ contactId, values }) => {
    const companyId = values[field];
    return typeof companyId === 'string' && !known.has(companyId) ? [contactId] : [];
  });
}
