import type { Value } from '../values/value.ts';

/** What a form is for: the log of a call, that of messages, or a contact that is made while logging. */
export const FORM_KINDS = ['call', 'message', 'new_contact'] as const;
export type FormKind = (typeof FORM_KINDS)[number];

/** What is being logged. */
export const FORM_CONTEXTS = ['inboundCall', 'outboundCall', 'message', 'voicemail', 'fax'] as const;
export type FormContext = (typeof FORM_CONTEXTS)[number];

/** What happens where several options fit and nothing else decides: a question stays open, none is taken, or a rule picks one. */
export const SEVERAL_POLICIES = ['ask', 'skip', 'last_updated', 'alphabetical', 'earliest_created'] as const;
export type SeveralPolicy = (typeof SEVERAL_POLICIES)[number];

export type OptionValue = string | number;

/** One choice: what is submitted, what people read, and a second line. */
export interface LogOption {
  readonly const: OptionValue;
  readonly title: string;
  readonly description?: string;
}

/** An option that a CRM gave. What a policy looks at is absent where the CRM does not say it. */
export interface LoadedOption extends LogOption {
  /** Still to be worked on: an open deal, a case that is not closed. */
  readonly open?: boolean;
  /** ISO 8601. */
  readonly createdAt?: string;
  /** ISO 8601. */
  readonly updatedAt?: string;
}

/** Records tied to the contact. */
export interface AssociationOptions {
  /** Their object, as the CRM's API names it, and after a colon the label that the tie must have: `deals`, `deals:Decision maker`. */
  readonly association: string;
  /** Open ones stand first, and policies look at closed ones only where none is open. Default false. */
  readonly openFirst?: boolean;
}
/** A list for each type of contact. */
export interface TypeOptions {
  readonly byContactType: Readonly<Record<string, readonly LogOption[]>>;
}
/** A list that is the same for the whole account and kept between calls: all of it, or a member of it, or a member by type. */
export interface AccountOptions {
  readonly account: string;
  readonly property?: string;
  readonly propertyByContactType?: Readonly<Record<string, string>>;
}
export type OptionSource = readonly LogOption[] | AssociationOptions | TypeOptions | AccountOptions;

/** Where an answer goes: a tie of the activity to a record, a field of the activity, or a field of the record that is made. */
export type AnswerTarget =
  | 'association'
  | { readonly association: string }
  | { readonly activityField: string }
  | { readonly recordField: string };

interface Shown {
  /** Names the answer in submissions, stored values and settings. */
  readonly key: string;
  readonly title: string;
  readonly description?: string;
}

interface Answered extends Shown {
  /** The form is not bound without an answer. Default false. */
  readonly required?: boolean;
  /** Absent: the answer is handed back with the submission, and the host uses it. */
  readonly writes?: AnswerTarget;
  /** The setting whose value is proposed, where the context has none of its own. */
  readonly defaultSettingId?: string;
  /** The setting whose value is proposed in a context: it wins over `defaultSettingId`. */
  readonly defaultSettingValues?: Readonly<Partial<Record<FormContext, { readonly settingId: string }>>>;
}

export interface SelectionField extends Answered {
  readonly type: 'selection';
  readonly options?: OptionSource;
  /** The options come with the match, under the field's key (or the association's name, where `options` has one). */
  readonly contactDependent?: boolean;
  /** The options differ by type of contact. */
  readonly contactTypeDependent?: boolean;
  /** The options are loaded when the form is shown, under the field's key. */
  readonly dynamicOptions?: boolean;
  /** "None" can be answered. Default: only where the field is not required. */
  readonly includeNoneOption?: boolean;
  /** A value that is not among the options can be answered, and be a default. Default false. */
  readonly allowCustomValue?: boolean;
  readonly default?: OptionValue;
  /** Default `ask`. */
  readonly whenSeveral?: SeveralPolicy;
}

export interface TextField extends Answered {
  readonly type: 'text';
  readonly default?: string;
  readonly multiline?: boolean;
  /** Most characters (code points). Default 32,000. */
  readonly maxLength?: number;
}

export interface CheckboxField extends Answered {
  readonly type: 'checkbox';
  readonly default?: boolean;
}

/** A text for the person who fills the form in. It has no answer. */
export interface NoteField extends Shown {
  readonly type: 'note';
  readonly level?: 'info' | 'warning';
}

export type LogField = SelectionField | TextField | CheckboxField | NoteField;
export type AnsweredField = Exclude<LogField, NoteField>;

/** A value taken from the host's data with every submission: nobody answers it. */
export interface FormMetadata {
  readonly key: string;
  /** Names with dots, positions in brackets: `user.department`, `queues[0].name`. */
  readonly path: string;
  readonly writes?: { readonly activityField: string } | { readonly recordField: string };
}

/** Fields of which the CRM can tie only one to an activity. */
export interface ExclusiveGroup {
  /** In order: where several are answered and may be, the first has the tie. */
  readonly fields: readonly string[];
  /** The field of the activity that takes an answer which does not get the tie. Without one, a second answer is refused. */
  readonly lookups?: Readonly<Record<string, string>>;
  /** What happens where defaults fill several: a question stays open, or the first one counts. Default `ask`. */
  readonly whenSeveral?: 'ask' | 'first';
}

export interface ContactTypeOption {
  readonly const: string;
  readonly title: string;
}

/** A form to fill in with a log or a new contact: plain JSON. */
export interface LogForm {
  readonly kind: FormKind;
  readonly fields: readonly LogField[];
  /** The types a new contact can have. */
  readonly contactTypes?: readonly ContactTypeOption[];
  readonly defaultContactType?: string;
  readonly metadata?: readonly FormMetadata[];
  readonly exclusive?: readonly ExclusiveGroup[];
}

type ConstOf<O> = O extends readonly { readonly const: infer C extends OptionValue }[] ? C : OptionValue;
/** The value that a field holds, without null. */
export type AnswerOf<D> = D extends { readonly type: 'selection' }
  ? D extends { readonly allowCustomValue: true }
    ? OptionValue
    : D extends { readonly options: infer O }
      ? ConstOf<O>
      : OptionValue
  : D extends { readonly type: 'checkbox' }
    ? boolean
    : D extends { readonly type: 'text' }
      ? string
      : Exclude<Value, null>;

/** The fields of a form that have an answer, by key. */
export type FieldByKey<F extends LogForm> = {
  readonly [D in Exclude<F['fields'][number], { readonly type: 'note' }> as D['key']]: D;
};
