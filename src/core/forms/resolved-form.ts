import type { Issue } from '../../errors.ts';
import type { Value } from '../values/value.ts';
import type { FormContext, FormKind, LogOption } from './log-form.ts';

/**
 * Where a value comes from: what a person answered, what the CRM holds, a setting, the form's own default, the only option there
 * is, or the policy for several.
 */
export type ValueSource = 'user' | 'stored' | 'setting' | 'default' | 'single_option' | 'policy';

export interface ResolvedOption extends LogOption {
  /** False where the CRM says that it is closed. */
  readonly open?: boolean;
  /** Not offered any more, and shown because the CRM holds it. */
  readonly isStoredOnly?: true;
}

/** One field as a page shows it. */
export interface ResolvedField {
  readonly key: string;
  readonly type: 'selection' | 'text' | 'checkbox' | 'note';
  readonly title: string;
  readonly description?: string;
  readonly required: boolean;
  /** For a selection. */
  readonly options?: readonly ResolvedOption[];
  /** `waiting`: nobody has given the options yet. `failed`: they could not be loaded. */
  readonly optionsAre?: 'ready' | 'waiting' | 'failed';
  /** "None" may be answered: null, '' or 'none'. */
  readonly allowsNone?: boolean;
  readonly allowsCustomValue?: boolean;
  readonly multiline?: boolean;
  readonly maxLength?: number;
  readonly level?: 'info' | 'warning';
  /** Null: none. */
  readonly value: Value;
  /** Null where there is no value and nobody said so. */
  readonly source: ValueSource | null;
}

/** Something that nothing decides: several options, or several fields for one tie. Nothing was chosen. */
export interface OpenQuestion {
  /** The key of the field, or `contactType`. */
  readonly field: string;
  readonly code: 'several_options' | 'policy_undecided' | 'one_tie_only' | 'several_contact_types';
  readonly message: string;
  readonly remedy: string;
  /** What can be answered; for `one_tie_only` the other fields of the group are in `fields`. */
  readonly options: readonly { readonly const: string | number; readonly title: string }[];
  readonly fields?: readonly string[];
}

export interface ResolvedForm {
  readonly kind: FormKind;
  readonly context: FormContext;
  readonly contactType: string | null;
  /** The types a new contact can have; empty where the form names none. */
  readonly contactTypes: readonly { readonly const: string; readonly title: string }[];
  /** In the order of the form. */
  readonly fields: readonly ResolvedField[];
  /** Value by key; null for none. */
  readonly values: Readonly<Record<string, Value>>;
  readonly sources: Readonly<Record<string, ValueSource | null>>;
  /** Everything that nothing decides, at once. Without any, the form can be bound with no answers. */
  readonly questions: readonly OpenQuestion[];
  readonly metadata: Readonly<Record<string, string | number | boolean>>;
  /** What was left out and why: a setting that names no option, a value that is not offered any more, options that failed. */
  readonly notes: readonly Issue[];
}
