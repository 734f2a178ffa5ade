import type { Schema } from '../../core/schema/schema-types.ts';
import type { Context } from '../context.ts';
import type { EngineOptions } from '../options.ts';
import { companyStore } from './company-store.ts';

/**
 * The context of flows of companies: the same machine as for contacts, over their own schema and mappings. Null: the workspace
 * has none, and nothing is read or asked for them.
 */
export function companiesOf(context: Context): Context | null {
  const { companies, onDelete, ...options } = context.options;
  if (companies === undefined) return null;
  const { schema, mappings } = companies;
  // A flag is a field of contacts: a company whose record is deleted just stays.
  const kept = onDelete === undefined || typeof onDelete === 'object' ? {} : { onDelete };
  const own: EngineOptions<Schema> = { ...options, ...kept, schema, mappings, analysis: [] };
  const { store, notify } = context;
  return {
    ...context,
    schema,
    mappings,
    options: own,
    store: companyStore(store),
    employees: context,
    notify: (event) => notify(ofCompany(event)),
  };
}

/** The contexts of all flows, parents before children: a contact finds its company already there. */
export function partsOf(context: Context): readonly Context[] {
  const companies = companiesOf(context);
  return companies === null ? [context] : [companies, context];
}

/** The context that the records of a CRM object belong to. */
export const partOf = (context: Context, object: string): Context =>
  partsOf(context).find(({ mappings }) => mappings.some(({ crmObject }) => crmObject === object)) ?? context;

type Told = Parameters<Context['notify']>[0];

/** Who acts on what becomes of contacts is not told of companies by the same name. */
function ofCompany(event: Told): Told {
  if (event.type === 'contact.changed') {
    const { contactId: companyId, fields, cause } = event;
    return { type: 'company.changed', companyId, fields, cause };
  }
  if (event.type === 'contact.removed') return { type: 'company.removed', companyId: event.contactId, cause: event.cause };
  return event;
}
