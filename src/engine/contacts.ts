import { type ListOptions, pageOf, readListOptions } from '../core/contacts/list-query.ts';
import { normalizePhone } from '../core/phone/phone.ts';
import type { FieldPatch, Schema } from '../core/schema/schema-types.ts';
import type { Row } from '../ports/store.ts';
import { type Contact, contactOf } from './contact.ts';
import type { Context } from './context.ts';
import type { EditPush } from './edit/push-edited.ts';
import type { ContactEdit, EditResult, UpdateOptions } from './edit/update-contacts.ts';
import type { ErasedPerson } from './erasure/unsuppress.ts';
import type { FieldExplanation } from './history.ts';
import type { Ambiguity } from './identity/ambiguous.ts';
import type { FormerlyTheirs } from './identity/last-holder.ts';
import type { CrmLookUp } from './identity/look-up-in-crm.ts';
import type { RecordRef } from './identity/record-ref.ts';
import { loadFlows } from './load-flows.ts';
import type { FlowOptions } from './options.ts';
import type { LeftRecord } from './removal/left-records.ts';

/** Whose number it is. */
export interface FoundByPhone<S extends Schema> {
  readonly contact: Contact<S> | null;
  readonly others: readonly Contact<S>[];
  /** Null: it is theirs now. */
  readonly formerly: FormerlyTheirs | null;
  /** What the CRM said; null: it was not asked. */
  readonly crm: CrmLookUp | null;
}

export interface ByPhoneOptions extends Pick<FlowOptions, 'timeLimitMs' | 'signal'> {
  /** True: where nobody here has the number now, the CRM is asked, and who has it there is imported. Default false. */
  readonly crm?: boolean;
}

/** A page of contacts. `next` is the place where the next one begins, for `page.after`; null: there is none. */
export type ContactPage<S extends Schema> = readonly Contact<S>[] & { readonly next: string | null };

const NOBODY = { contact: null, others: [], formerly: null, crm: null } as const;

/** The host's side of the contacts: look up, edit by hand, explain. */
export class Contacts<S extends Schema> {
  readonly #context: Context;

  constructor(context: Context) {
    this.#context = context;
  }

  /** Null: there is none. */
  async get(id: string): Promise<Contact<S> | null> {
    const [row] = await this.#context.store.load({ ids: [id] });
    return row === undefined || row.removed === true || row.entity !== 'contact' ? null : contactOf<S>(this.#context, row);
  }

  /**
   * Who has this number; one indexed read. `others` are further contacts with the same number, so that a shared one shows.
   * Where nobody has it, `contact` is who had it last, and `formerly` says when: it may be somebody else's by now. With
   * `crm: true` the CRM is asked before that, by one search per mapped object, and no longer than `timeLimitMs` (default 3,000):
   * `crm.records` has all that it found, those that wait as ambiguous too, and `crm.problem` says what went wrong there.
   *
   * @param number - Any spelling; one without a country is read with `defaultCountry`.
   */
  async byPhone(number: string, { crm: asksCrm = false, ...limits }: ByPhoneOptions = {}): Promise<FoundByPhone<S>> {
    const context = this.#context;
    const { defaultCountry } = context.options;
    const phone = normalizePhone(number, defaultCountry === undefined ? {} : { defaultCountry });
    if (phone.kind !== 'phone') return NOBODY;
    const rows = await context.store.load({ keys: { entity: 'contact', field: 'phone_number', values: [phone.e164] } });
    if (rows.length > 0) return { ...this.#found(rows), formerly: null, crm: null };
    const { lastHolder, lookUpInCrm } = await loadFlows();
    const asked = asksCrm ? await lookUpInCrm(context, phone.e164, limits) : null;
    const crm = asked?.crm ?? null;
    if (asked !== null && asked.rows.length > 0) return { ...this.#found(asked.rows), formerly: null, crm };
    const last = await lastHolder(context, phone.e164);
    return last === null ? { ...NOBODY, crm } : { ...this.#found([last.row]), formerly: last.formerly, crm };
  }

  #found(rows: readonly Row[]): Pick<FoundByPhone<S>, 'contact' | 'others'> {
    const [contact = null, ...others] = rows.map((row) => contactOf<S>(this.#context, row));
    return { contact, others };
  }

  /**
   * Contacts that match, in the order asked, a page at a time; without options all of them, by id. A page begins behind the last
   * contact of the page before, wherever that one is now: nobody who stays where they are comes twice or is left out while others
   * change. The same filter gives the same contacts in every store; stores of SQL look only at those who may match.
   *
   * @throws CrmSyncError `invalid_document` with every problem of the options.
   */
  async list(options: ListOptions<S> = {}): Promise<ContactPage<S>> {
    const context = this.#context;
    const { limit, ...asked } = readListOptions(context.schema, options, context.options);
    const { listContacts } = await loadFlows();
    const found = await listContacts(context, { entity: 'contact', ...asked, limit: limit + 1 });
    const listed = found.slice(0, limit);
    const last = found.length > limit ? listed.at(-1) : undefined;
    const contacts = listed.map(({ row }) => contactOf<S>(context, row));
    return Object.defineProperty(contacts, 'next', { value: last === undefined ? null : pageOf(last.place) }) as unknown as ContactPage<S>;
  }

  /**
   * A manual edit. With `push: true` it is sent at once, and `push` in the answer says how that went; the edit is kept however it
   * went. Else the next push sends it.
   *
   * @throws CrmSyncError `invalid_document` with every problem of the patch, `contact_not_found`, `match_key_taken`,
   *   `store_refused`.
   */
  async update(id: string, patch: FieldPatch<S>, options: UpdateOptions): Promise<Contact<S> & { readonly push: EditPush | null }> {
    const [result] = await this.updateMany([{ id, fields: patch }], options);
    if (result === undefined || result.status === 'refused') throw result?.error;
    return { ...result.contact, push: result.push };
  }

  /**
   * Manual edits of many contacts, in a few calls to the store. Each is kept or refused by itself, all problems of all of them
   * told at once: the answer has one result per edit, in order. One call may pass a number from one contact to another.
   *
   * @throws CrmSyncError of category `store` only: edits are kept two hundred contacts at a time, so that the first may be kept
   *   then; making the same call again is safe.
   */
  async updateMany(edits: readonly ContactEdit<S>[], options: UpdateOptions): Promise<readonly EditResult<S>[]> {
    const { updateContacts } = await loadFlows();
    return updateContacts(this.#context, edits, options);
  }

  /**
   * You have written to these contacts yourself, in your own table: the next push looks at them, on every connection of the
   * workspace, and records that wait for a contact of theirs are fetched again by the next pull. Needed where your table has
   * no version that changes by itself, and for changed match keys. Ids of nobody are left out; the history says nothing of it.
   */
  async changed(ids: readonly string[]): Promise<void> {
    const { contactsChanged } = await loadFlows();
    return contactsChanged(this.#context, ids);
  }

  /** Records of the CRM that wait for somebody to decide, with every contact that they compete for; a page at a time. */
  async ambiguous(options?: { readonly after?: string | null; readonly limit?: number }): Promise<readonly Ambiguity[]> {
    const { ambiguous } = await loadFlows();
    return ambiguous(this.#context, options);
  }

  /**
   * Gives a record to a contact by hand, whatever their match keys say; null: a contact of its own. As at any first link, no
   * filled CRM field is overwritten. A link that is there is never moved: `unlink` it first.
   *
   * @throws CrmSyncError `contact_not_found`, `record_not_found`, `record_taken`, `contact_has_record`, `filtered`, `no_mapping`.
   */
  async link(contactId: string | null, record: RecordRef, { by = 'manual' }: Partial<UpdateOptions> = {}): Promise<Contact<S>> {
    const { assign } = await loadFlows();
    return (await this.get(await assign(this.#context, contactId, record, by))) as Contact<S>;
  }

  /** Says that a record is not this contact's, linked or not: it is not given to the contact any more. @throws CrmSyncError `contact_not_found`, `no_mapping`. */
  async unlink(contactId: string, record: RecordRef): Promise<void> {
    const { unassign } = await loadFlows();
    return unassign(this.#context, contactId, record);
  }

  /**
   * Removes a contact here. The CRM's records are untouched, as the answer names them, and no pull makes a contact of them
   * again: they are skipped as `contact_removed`. What was about to be written, merged or logged is given up.
   *
   * @throws CrmSyncError `contact_not_found`.
   */
  async remove(id: string, { by }: Pick<UpdateOptions, 'by'>): Promise<{ readonly records: readonly LeftRecord[] }> {
    const { removeContact } = await loadFlows();
    return removeContact(this.#context, id, by);
  }

  /**
   * Lets a removed contact's records in this CRM be made contacts again: the next pull does, with what the CRM has, under a
   * new id. On each connection by itself. The answer names the records; none where there is nothing to bring back.
   */
  async restore(id: string, { by }: Pick<UpdateOptions, 'by'>): Promise<{ readonly records: readonly LeftRecord[] }> {
    const { restoreContact } = await loadFlows();
    return restoreContact(this.#context, id, by);
  }

  /**
   * Shortens the history: forgets why fields changed before `olderThan`, of every contact of the workspace. What `newest` decides
   * by goes with it: an edit that nobody remembers proves nothing. Answers how many entries went.
   */
  async pruneHistory({ olderThan }: { readonly olderThan: Date }): Promise<number> {
    const { pruneHistory } = await loadFlows();
    return pruneHistory(this.#context, olderThan);
  }

  /**
   * Erases a person: the contact, its links and everything that is kept about it, on every connection of the workspace, and
   * what is left of contacts that were removed before and whose record it has. Keyed hashes keep it from being made again by a
   * pull, a call or a push; see `unsuppress`. The CRM's records are untouched: the answer names them. May be called again, and for
   * a contact that was removed.
   */
  async erase(id: string): Promise<{ readonly records: readonly LeftRecord[] }> {
    const { eraseContact } = await loadFlows();
    return eraseContact(this.#context, id);
  }

  /** Lets an erased person be made a contact again; answers how many suppressions were lifted. @throws CrmSyncError `invalid_document`. */
  async unsuppress(person: ErasedPerson): Promise<number> {
    const { unsuppress } = await loadFlows();
    return unsuppress(this.#context, person);
  }

  /** Where each field's present and earlier values came from, newest first (P12). */
  async explain(id: string, field?: string): Promise<readonly FieldExplanation[]> {
    const { explain } = await loadFlows();
    return explain(this.#context, id, field);
  }
}
