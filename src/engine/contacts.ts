import { normalizePhone } from '../core/phone.ts';
import type { HistoryEntry } from '../core/run.ts';
import { parseFieldPatch } from '../core/schema.ts';
import type { FieldPatch, FieldsOf, Schema } from '../core/schema-types.ts';
import type { Fields, Value } from '../core/value.ts';
import { CrmSyncError, refusedDocument } from '../errors.ts';
import type { Row } from '../ports/store.ts';
import { untilCommitted } from './commit.ts';
import { type Context, fieldsOf } from './context.ts';
import { historyEntry, historyOf } from './history.ts';
import { keyEntries, matchFields } from './match-keys.ts';
import { Session } from './session.ts';

/** A contact as the host sees it. */
export interface Contact<S extends Schema> {
  readonly id: string;
  /** Every field of the schema; unset is null. */
  readonly fields: FieldsOf<S>;
  /** Opaque; differs after any change. */
  readonly version: string;
  /** Its records in this connection's CRM. */
  readonly links: readonly { readonly object: string; readonly recordId: string | null; readonly state: string }[];
}

/** Why a field has its value: newest first. */
export interface FieldExplanation {
  readonly field: string;
  readonly before: Value;
  readonly after: Value;
  readonly at: string;
  /** The CRM field, analysis result or author's rule it came by. */
  readonly rule: string;
  readonly reason: string;
  readonly source: HistoryEntry['source'];
}

export interface UpdateOptions {
  /** Who edits; kept in the history. */
  readonly by: string;
}

/** The host's side of the contacts: look up, edit by hand, explain. */
export class Contacts<S extends Schema> {
  readonly #context: Context;

  constructor(context: Context) {
    this.#context = context;
  }

  /** Null: there is none. */
  async get(id: string): Promise<Contact<S> | null> {
    const [row] = await this.#context.store.load({ ids: [id] });
    return row === undefined || row.removed === true ? null : this.#contact(row);
  }

  /**
   * Who has this number; one indexed read. `others` are further contacts with the same number, so that a shared one shows.
   *
   * @param number - Any spelling; one without a country is read with `defaultCountry`.
   */
  async byPhone(number: string): Promise<{ readonly contact: Contact<S> | null; readonly others: readonly Contact<S>[] }> {
    const { defaultCountry } = this.#context.options;
    const phone = normalizePhone(number, defaultCountry === undefined ? {} : { defaultCountry });
    if (phone.kind !== 'phone') return { contact: null, others: [] };
    const rows = await this.#context.store.load({ keys: { entity: 'contact', field: 'phone_number', values: [phone.e164] } });
    const [contact = null, ...others] = rows.map((row) => this.#contact(row));
    return { contact, others };
  }

  /** All contacts by id, a page at a time: `after` is the last id of the page before. */
  async list({
    after = null,
    limit = 100,
  }: {
    readonly after?: string | null;
    readonly limit?: number;
  } = {}): Promise<readonly Contact<S>[]> {
    const rows = await this.#context.store.scan({ entity: 'contact', object: '', want: 'all', plan: '', now: 0, after, limit });
    return rows.map((row) => this.#contact(row));
  }

  /**
   * A manual edit: sent to the CRM by the next push.
   *
   * @throws CrmSyncError `invalid_document` with every problem of the patch, `contact_not_found`, `match_key_taken`.
   */
  async update(id: string, patch: FieldPatch<S>, { by }: UpdateOptions): Promise<Contact<S>> {
    const context = this.#context;
    const { defaultCountry } = context.options;
    const parsed = parseFieldPatch(context.schema, patch, defaultCountry === undefined ? {} : { defaultCountry });
    if (!parsed.ok) throw refusedDocument('The edit of a contact', parsed.issues);
    const session = new Session(context);
    const { result } = await untilCommitted(context, session, async () => {
      const [row] = await context.store.load({ ids: [id] });
      if (row === undefined || row.removed === true) throw notFound(id);
      const fields = fieldsOf(context, row.fields);
      const changes = Object.entries(parsed.value)
        .filter(([field, after]) => fields[field] !== after)
        .map(([field, after]) => ({ field, before: fields[field] ?? null, after, rule: 'manual', reason: 'manual' }));
      if (changes.length === 0) return { result: [], changes: null };
      const at = session.storeNow();
      const set = Object.fromEntries(changes.map(({ field, after }) => [field, after]));
      const claimed = await keyEntries(context, { contact: id, before: fields, set, at });
      await this.#assertFree(id, set);
      const history = historyEntry(context, id, { at: new Date(at).toISOString(), source: { flow: 'manual', by }, changes });
      const entries = [...claimed, history];
      return { result: changes, changes: { rows: [{ kind: 'update', contactId: id, expected: row.version, set }], entries } };
    });
    if (result.length > 0)
      context.notify({ type: 'contact.changed', contactId: id, fields: result.map(({ field }) => field), cause: 'manual' });
    return (await this.get(id)) as Contact<S>;
  }

  /** Where each field's present and earlier values came from, newest first (P12). */
  async explain(id: string, field?: string): Promise<readonly FieldExplanation[]> {
    const history = await historyOf(this.#context, id);
    return history.flatMap(({ at, source, changes }) =>
      changes.filter((change) => field === undefined || change.field === field).map((change) => ({ ...change, at, source })),
    );
  }

  /** A number belongs to one contact. Looked at after its claim was: of two edits at once one sees the other (R19). */
  async #assertFree(id: string, set: Fields): Promise<void> {
    for (const field of matchFields(this.#context)) {
      const value = set[field];
      if (typeof value !== 'string') continue;
      const owners = await this.#context.store.load({ keys: { entity: 'contact', field, values: [value] } });
      if (owners.some((owner) => owner.id !== id)) throw keyTaken(id, field);
    }
  }

  #contact(row: Row): Contact<S> {
    const links = row.links.map(({ object, recordId, state }) => ({ object, recordId, state }));
    return { id: row.id, fields: fieldsOf(this.#context, row.fields) as FieldsOf<S>, version: row.version, links };
  }
}

const keyTaken = (contactId: string, field: string): CrmSyncError =>
  new CrmSyncError(`Another contact has this ${field} already.`, {
    code: 'match_key_taken',
    category: 'duplicate',
    remedy: `Correct ${field} on one of the two contacts.`,
    at: { contactId, field },
  });

const notFound = (id: string): CrmSyncError =>
  new CrmSyncError('There is no such contact.', {
    code: 'contact_not_found',
    category: 'not_found',
    remedy: 'Look the contact up again; it may have been removed.',
    at: { contactId: id },
  });
