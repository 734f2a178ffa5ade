import type { FormMatch } from '../../core/forms/form-input.ts';
import type { FormContext, FormKind, LoadedOption, OptionValue } from '../../core/forms/log-form.ts';

/** What a loader is asked: a page of the options of one field. */
export interface OptionsRequest {
  /** The key of the field. */
  readonly field: string;
  readonly kind: FormKind;
  readonly context: FormContext;
  /** The type that the contact has, or that was chosen for a new one; null: none. */
  readonly contactType: string | null;
  readonly match: FormMatch | null;
  /** What a person typed to narrow the options down; null: nothing. */
  readonly search: string | null;
  /** `next` of the page before, as it was given; null: the first page. */
  readonly after: string | null;
  /** Most options of the page. */
  readonly limit: number;
  /** Values that were answered or are stored: where they are still offered, they are on the page, whatever page they belong to. */
  readonly include: readonly OptionValue[];
  /** Aborts where nobody waits for the answer any more. */
  readonly signal: AbortSignal;
}

export interface OptionsPage {
  readonly options: readonly LoadedOption[];
  /** Where the next page begins: a text that only the loader reads. Absent: this is the last one. */
  readonly next?: string;
}

/** Loads options of a field with `dynamicOptions`: a function of the host, or of whoever wrote the connector. */
export type OptionLoader = (request: OptionsRequest) => Promise<OptionsPage>;
