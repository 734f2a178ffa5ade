import type { Value } from '../values/value.ts';
import type { FormMatch } from './form-input.ts';
import type { AnswerOf, FieldByKey, FormContext, FormKind, LogForm } from './log-form.ts';
import type { ValueSource } from './resolved-form.ts';

/** What a submission says of a field. `false`, 0 and "none" are answers: the last one is `clear`. */
export type BoundAnswer<V extends Exclude<Value, null> = Exclude<Value, null>> =
  | { readonly action: 'set'; readonly value: V; readonly source: ValueSource }
  | { readonly action: 'clear' }
  | { readonly action: 'untouched' };

/** A place in the CRM: a tie of the activity to a record of this object, a field of the activity, a field of the record. */
export type WritePlace = { readonly association: string } | { readonly activityField: string } | { readonly recordField: string };

/**
 * What has to be written for a field. `previous` is what stands there now, where that is known: the tie that moves. All `clear`
 * stand before all `set`.
 */
export type BoundWrite = { readonly key: string; readonly to: WritePlace; readonly previous?: string | number | boolean } & (
  | { readonly action: 'set'; readonly value: string | number | boolean }
  | { readonly action: 'clear' }
);

/** A submission that was checked. Plain JSON. */
// biome-ignore lint/suspicious/noExplicitAny: forms may come from JSON; a submission of a typed form must fit an untyped parameter
export interface BoundSubmission<F extends LogForm = any> {
  readonly kind: FormKind;
  readonly context: FormContext;
  readonly record?: NonNullable<FormMatch['record']>;
  readonly contactType: string | null;
  /** One for every field that can be answered. */
  readonly answers: { readonly [K in keyof FieldByKey<F>]: BoundAnswer<AnswerOf<FieldByKey<F>[K]>> };
  readonly metadata: Readonly<Record<string, string | number | boolean>>;
  readonly writes: readonly BoundWrite[];
}
