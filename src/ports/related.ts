import type { LoadFailure } from '../core/forms/form-input.ts';
import type { LoadedOption } from '../core/forms/log-form.ts';

/** Which records others are tied to: of each of `ids`, under each name of `to`. */
export interface RelatedQuery {
  /** The object of `ids`. */
  readonly object: string;
  /** Record ids, each once; at most `relatedBatchMax`. */
  readonly ids: readonly string[];
  /**
   * Names as the `options: { association }` of a form has them, each once: the object of the tied records, as an `Association`
   * names it, and after a colon the label that the tie must have (`deals`, `deals:Decision maker`, `Opportunity`). Beside those only what `relatedFields` lists.
   */
  readonly to: readonly string[];
  /** Most options of one record and name; at least 1. */
  readonly limit: number;
}

/**
 * What one record has under one name, as it is now. `const` of an option is the id of the tied record, of the object that the
 * name begins with; `description` is what people read of its state, such as the label of its stage.
 */
export type Related = {
  /** The record id. */
  readonly of: string;
  readonly to: string;
} & (
  | {
      /** Open ones first, then those that changed last; within that by id. */
      readonly options: readonly LoadedOption[];
      /** There are more than these. */
      readonly more?: true;
      /** With no options: the CRM ties nothing to such a record, so that there never are any. */
      readonly because?: { readonly code: string; readonly remedy: string };
    }
  /** There is no such object or label, or the user may not see it, or the record is not there: only this answer is missing. */
  | (Required<LoadFailure> & { readonly remedy: string })
);
