import { normalizeDomain } from '../core/domain/domain.ts';
import { isFreeMailDomain } from '../core/domain/free-mail.ts';
import type { FieldPatch, Schema } from '../core/schema/schema-types.ts';
import { CrmSyncError } from '../errors.ts';
import { companiesOf } from './companies/company-context.ts';
import { type Contact, contactOf } from './contact.ts';
import type { Context } from './context.ts';
import type { EditPush } from './edit/push-edited.ts';
import type { ContactEdit, EditResult, UpdateOptions } from './edit/update-contacts.ts';
import type { FieldExplanation } from './history.ts';
import type { Ambiguity } from './identity/ambiguous.ts';
import type { RecordRef } from './identity/record-ref.ts';
import { loadFlows } from './load-flows.ts';
import type { LeftRecord } from './removal/left-records.ts';

/** A company as the host sees it: as a contact, with the fields of its own schema. */
export type Company<C extends Schema> = Contact<C>;

/** Whose domain it is. */
export interface FoundByDomain<C extends Schema> {
  readonly company: Company<C> | null;
  readonly others: readonly Company<C>[];
}

export interface CompanyPage {
  /** Last id of the page before. */
  readonly after?: string | null;
  /** Default 100. */
  readonly limit?: number;
}

/**
 * The host's side of the companies: look up, make, edit by hand, decide whose record is whose. All of it follows the rules of
 * contacts; what is about people only, such as erasure, is not here.
 *
 * @throws CrmSyncError `companies_not_set_up`, from every call of an engine without `companies`.
 */
export class Companies<C extends Schema, S extends Schema> {
  readonly #whole: Context;

  constructor(context: Context) {
    this.#whole = context;
  }

  get #context(): Context {
    const context = companiesOf(this.#whole);
    if (context !== null) return context;
    throw new CrmSyncError('This engine has no companies.', {
      code: 'companies_not_set_up',
      category: 'configuration',
      remedy: 'Give the engine `companies: { schema, mappings }`.',
    });
  }

  /** Null: there is none. */
  async get(id: string): Promise<Company<C> | null> {
    const context = this.#context;
    const [row] = await context.store.load({ ids: [id] });
    return row === undefined || row.removed === true || row.entity !== 'company' ? null : contactOf<C>(context, row);
  }

  /**
   * Who has this domain; `others` are further companies with it. Any spelling, a web address and an email address too; one where
   * anybody gets a mailbox is nobody's.
   */
  async byDomain(domain: string): Promise<FoundByDomain<C>> {
    const context = this.#context;
    const read = normalizeDomain(domain);
    if (!read.ok || isFreeMailDomain(read.domain)) return { company: null, others: [] };
    const rows = await context.store.load({ keys: { entity: 'company', field: 'domain', values: [read.domain] } });
    const [company = null, ...others] = rows.map((row) => contactOf<C>(context, row));
    return { company, others };
  }

  /** All companies by id, a page at a time. */
  async list({ after = null, limit = 100 }: CompanyPage = {}): Promise<readonly Company<C>[]> {
    const context = this.#context;
    const rows = await context.store.scan({ entity: 'company', object: '', want: 'all', plan: '', now: 0, after, limit });
    return rows.map((row) => contactOf<C>(context, row));
  }

  /**
   * The contacts that are tied to a company, by id; none where no `contactField` is set.
   */
  async contacts(id: string): Promise<readonly Contact<S>[]> {
    const field = this.#context && this.#whole.options.companies?.contactField;
    if (field === undefined) return [];
    const rows = await this.#whole.store.load({ keys: { entity: 'contact', field, values: [id] } });
    return rows.map((row) => contactOf<S>(this.#whole, row));
  }

  /**
   * Makes a company here. The next push with `createMissing` gives it a record, before those of its contacts.
   *
   * @throws CrmSyncError `invalid_document` with every problem of the fields, `match_key_taken`, `store_refused`.
   */
  async create(fields: FieldPatch<C>, { by }: Pick<UpdateOptions, 'by'>): Promise<Company<C>> {
    const { createCompany } = await loadFlows();
    return createCompany<C>(this.#context, fields, by);
  }

  /** As `contacts.update()`. @throws CrmSyncError `invalid_document`, `company_not_found`, `match_key_taken`, `store_refused`. */
  async update(id: string, patch: FieldPatch<C>, options: UpdateOptions): Promise<Company<C> & { readonly push: EditPush | null }> {
    const [result] = await this.updateMany([{ id, fields: patch }], options);
    if (result === undefined || result.status === 'refused') throw result?.error;
    return { ...result.contact, push: result.push };
  }

  /** As `contacts.updateMany()`. */
  async updateMany(edits: readonly ContactEdit<C>[], options: UpdateOptions): Promise<readonly EditResult<C>[]> {
    const { updateContacts } = await loadFlows();
    return updateContacts(this.#context, edits, options);
  }

  /** Records that wait because several companies, or records, share a domain or a name; a page at a time. */
  async ambiguous(options?: CompanyPage): Promise<readonly Ambiguity[]> {
    const { ambiguous } = await loadFlows();
    return ambiguous(this.#context, options);
  }

  /** As `contacts.link()`: gives a record to a company by hand; null: to a company of its own. */
  async link(companyId: string | null, record: RecordRef, { by = 'manual' }: Partial<Pick<UpdateOptions, 'by'>> = {}): Promise<Company<C>> {
    const { assign } = await loadFlows();
    return (await this.get(await assign(this.#context, companyId, record, by))) as Company<C>;
  }

  /** As `contacts.unlink()`: says that a record is not this company's. */
  async unlink(companyId: string, record: RecordRef): Promise<void> {
    const { unassign } = await loadFlows();
    return unassign(this.#context, companyId, record);
  }

  /** As `contacts.remove()`: the CRM's record is untouched, and no pull makes a company of it again. Its contacts keep their values. */
  async remove(id: string, { by }: Pick<UpdateOptions, 'by'>): Promise<{ readonly records: readonly LeftRecord[] }> {
    const { removeContact } = await loadFlows();
    return removeContact(this.#context, id, by);
  }

  /** As `contacts.restore()`: the next pull makes a company of its records again, under a new id. */
  async restore(id: string, { by }: Pick<UpdateOptions, 'by'>): Promise<{ readonly records: readonly LeftRecord[] }> {
    const { restoreContact } = await loadFlows();
    return restoreContact(this.#context, id, by);
  }

  /** Where each field's present and earlier values came from, newest first (P12). */
  async explain(id: string, field?: string): Promise<readonly FieldExplanation[]> {
    const { explain } = await loadFlows();
    return explain(this.#context, id, field);
  }
}
