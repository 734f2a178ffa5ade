import { membersOf } from '../mapping/rule-schema.ts';
import type { Value } from '../values/value.ts';
import type { FormContext, LoadedOption } from './log-form.ts';

/** What a form reads of a match: the record that a number belongs to. Plain JSON. */
export interface FormMatch {
  readonly record?: { readonly object: string; readonly recordId: string } | null;
  /** Default: the object of the record. */
  readonly contactType?: string | null;
  /** The options that came with the record, by name of the association or key of the field. */
  readonly options?: Readonly<Record<string, readonly LoadedOption[] | LoadFailure>>;
  /** Names of `options` that have more than was loaded: among them nothing is chosen by itself. */
  readonly more?: readonly string[];
  /** Why names of `options` have none, where the CRM ties nothing to such a record: a lead of Salesforce has no opportunities. */
  readonly because?: Readonly<Record<string, { readonly code: string; readonly remedy: string }>>;
}

/** Options that could not be loaded: the field says so, and every other field works. */
export interface LoadFailure {
  readonly failed: true;
  /** The code of the error, for whoever looks into it. */
  readonly code?: string;
}

/** What is known when a form is shown or bound; both take the same. Nothing of it is changed. */
export interface FormInput {
  /** Null or absent: nobody is known by this number. */
  readonly match?: FormMatch | null;
  readonly context: FormContext;
  /** The type that a person has chosen for the contact. Default: that of the match, or else of the form. */
  readonly contactType?: string;
  /** The user's settings, value by id. */
  readonly settings?: Readonly<Record<string, unknown>>;
  /**
   * What the CRM holds already, by key. Given, the form is that of an update: it shows these values, and defaults, which are
   * for what is made new, propose nothing.
   */
  readonly stored?: Readonly<Record<string, Value>>;
  /** The account's lists by name: options, or lists of options by property, or a `LoadFailure`. */
  readonly account?: Readonly<Record<string, unknown>>;
  /** What was loaded for fields with `dynamicOptions`, by key. */
  readonly loaded?: Readonly<Record<string, readonly LoadedOption[] | LoadFailure>>;
  /** Keys of `loaded` that have more than was loaded: among them nothing is chosen by itself. */
  readonly more?: readonly string[];
  /** Where the paths of the form's metadata lead. */
  readonly metadata?: unknown;
}

const isText = (value: unknown): value is string => typeof value === 'string';

/** The record of the match, for a submission; nothing where it has none. What a host kept of a match may have been through anything. */
export function recordOf({ match }: FormInput): { readonly record?: NonNullable<FormMatch['record']> } {
  const { object, recordId } = membersOf(match?.record);
  return isText(object) && isText(recordId) ? { record: { object, recordId } } : {};
}

/** The type that the match has; undefined: nobody says. */
export function contactTypeOf({ match }: FormInput): string | undefined {
  return [match?.contactType, membersOf(match?.record)['object']].find(isText);
}
