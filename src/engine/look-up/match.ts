import type { LoadFailure } from '../../core/forms/form-input.ts';
import type { LoadedOption } from '../../core/forms/log-form.ts';
import type { Schema } from '../../core/schema/schema-types.ts';
import type { Contact } from '../contact.ts';

/**
 * Why somebody is a match: the contact here has the number; the number is in the CRM record of a contact that has another one
 * here; or it is in a record that is no contact here.
 */
export type MatchOrigin = 'contact' | 'linked_record' | 'record';

/** Somebody whom a number belongs to: a record of the CRM, a contact here, or both. Plain JSON, and what a log form takes as its match. */
// biome-ignore lint/suspicious/noExplicitAny: a match of a typed engine must fit an untyped parameter
export interface Match<S extends Schema = any> {
  /** Null: the contact has no record of these objects in the CRM. `label` is what people call it. */
  readonly record: { readonly object: string; readonly recordId: string; readonly label: string } | null;
  /** Null: nobody here has this record. */
  readonly contact: Contact<S> | null;
  /** The object of the record. */
  readonly contactType: string | null;
  readonly origin: MatchOrigin;
  /** What the record is tied to, by the names that the forms ask for. */
  readonly options: Readonly<Record<string, readonly LoadedOption[] | LoadFailure>>;
  /** Names of `options` that have more than these. */
  readonly more?: readonly string[];
  /** Why names of `options` have none and never will, for such a record. */
  readonly because?: Readonly<Record<string, { readonly code: string; readonly remedy: string }>>;
  /** Of the record, ISO 8601; absent where the CRM did not say so. */
  readonly createdAt?: string;
  readonly updatedAt?: string;
  /** Objects that could not be searched, or not to the end: there may be further matches. The same for all of one look-up. */
  readonly unasked?: readonly { readonly object: string; readonly code: string }[];
}
