import type { CheckedPolicy, Policies } from '../link/conflict-types.ts';
import type { Entity } from '../link/link.ts';
import type { DescribedObject } from '../schema/described.ts';
import type { FieldDefinition, FieldName, Schema } from '../schema/schema-types.ts';
import type { Coerced, Value } from '../values/value.ts';
import type { Filter } from './filter.ts';

/** Who wins when both sides changed since they last agreed. Every conflict is recorded, whoever wins. */
export const CONFLICT_POLICIES = ['crm', 'local', 'newest', 'merge', 'manual'] as const;
/** `merge` lets the merger make one text of two; `manual` holds the field until the host has decided. */
export type ConflictPolicy = (typeof CONFLICT_POLICIES)[number];
/** A function of the host, by its name in `policies`. */
export interface NamedPolicy {
  readonly policy: string;
}
/** What a rule may say: two texts can be merged, two numbers can't. */
export type ConflictChoice = ConflictPolicy | NamedPolicy;
export const FIRST_LINK_POLICIES = ['crm', 'apart', 'manual'] as const;
/**
 * What two filled and different values do when record and contact meet for the first time. None of them writes to the CRM
 * (R18). `crm`: the contact takes the CRM's value, and its own is kept in a conflict. `apart`: both stay, quietly, until one
 * of them changes. `manual`: both stay, and the host decides.
 */
export type FirstLinkPolicy = (typeof FIRST_LINK_POLICIES)[number];
/** What a side that became blank does to the other: `clear` it too (default), or `keep` what is there. */
export type BlankPolicy = 'clear' | 'keep';
/** The same for each way: `inbound` when the CRM became blank, `outbound` when the contact did. */
export type BlankChoice = BlankPolicy | { readonly inbound?: BlankPolicy; readonly outbound?: BlankPolicy };
export const UPDATE_MODES = ['overwrite', 'fill_if_empty', 'merge'] as const;
export type UpdateMode = (typeof UPDATE_MODES)[number];
export type MappingDirection = 'inbound' | 'outbound' | 'both';

interface RuleBase<K extends string> {
  /** Contact field. */
  readonly field: K;
  /** Default: that of the mapping. */
  readonly blank?: BlankChoice;
  /** CRM value → field value; read backwards on the way out. A value that is not listed goes through unchanged. */
  readonly valueMap?: Readonly<Record<string, string | number | boolean>>;
}
export interface InboundRule<K extends string = string, C = ConflictChoice> extends RuleBase<K> {
  readonly direction: 'inbound';
  /** CRM field or dotted path (`Account.Name`); several: the first that is filled (and fits) counts. */
  readonly crm: string | readonly string[];
  /** With several CRM fields: their filled values joined by this text instead. */
  readonly join?: string;
  /** Name of a function in `transforms`, applied before the type is checked. */
  readonly transform?: string;
  readonly conflict?: C;
  /** Default: that of the mapping. */
  readonly firstLink?: FirstLinkPolicy;
}
export interface OutboundRule<K extends string = string> extends RuleBase<K> {
  readonly direction: 'outbound';
  readonly crm: string;
  /** Name of a function in `transforms`, applied to the field's value before it is formatted. */
  readonly transform?: string;
  /** Text beyond the CRM's length is refused (default) or cut; a cut is reported. */
  readonly overflow?: 'refuse' | 'truncate';
}
export interface BothRule<K extends string = string, C = ConflictChoice> extends RuleBase<K> {
  readonly direction: 'both';
  readonly crm: string;
  readonly conflict?: C;
  /** Default: that of the mapping. */
  readonly firstLink?: FirstLinkPolicy;
  readonly overflow?: 'refuse' | 'truncate';
}
export type AnyRule<K extends string = string, C = ConflictChoice> = InboundRule<K, C> | OutboundRule<K> | BothRule<K, C>;
/** `merge` only where the field is text, or may be: the fields of a schema from JSON are known at run time. */
type ChoiceFor<S extends Schema, K extends FieldName<S>> = [Extract<S['fields'][K], { readonly type: 'string' }>] extends [never]
  ? Exclude<ConflictChoice, 'merge'>
  : ConflictChoice;
/** A union over fields, so that a misspelt field is an error on that property. */
export type FieldRule<S extends Schema> = { [K in FieldName<S>]: AnyRule<K, ChoiceFor<S, K>> }[FieldName<S>];

/** How records are made for contacts that have none (`push({ createMissing: true })`). */
export interface CreateSettings {
  /**
   * CRM field that gets the contact's id: a text field that the CRM keeps unique. It makes creating safe to repeat; without
   * it a create whose answer was lost waits until the CRM can tell whether the record exists.
   */
  readonly idField?: string;
  /** By CRM field: what a new record gets where no rule fills it. Fields that the CRM requires need a rule or a default. */
  readonly defaults?: Readonly<Record<string, string | number | boolean>>;
}

/** One CRM object and how its fields relate to a contact's. Plain JSON. */
// biome-ignore lint/suspicious/noExplicitAny: see Schema
export interface Mapping<S extends Schema = any> {
  readonly crmObject: string;
  readonly fields: readonly FieldRule<S>[];
  /** Records that don't match are not imported; a linked one that stops matching is left alone from then on. */
  readonly filter?: Filter;
  /**
   * Contacts that don't match are not sent, and no record is made for them; one that stops matching keeps its link and its record as
   * they are. Over the schema's fields, which are checked when the mapping is read. Default: all are sent.
   */
  readonly pushFilter?: Filter;
  /** Field (or fields, in order) that finds the contact of a new record. Default `phone_number`; of a company `domain`, then `name`. */
  readonly matchKey?: FieldName<S> | readonly FieldName<S>[];
  /** For rules that say nothing of it. Default `crm`. */
  readonly firstLink?: FirstLinkPolicy;
  /** For rules that say nothing of it. Default `clear`, both ways. */
  readonly blank?: BlankChoice;
  readonly create?: CreateSettings;
}

/** One result of a conversation and the contact field it goes to. Belongs to the workspace, not to a CRM or an agent. */
export type AnalysisRule<S extends Schema> = {
  [K in Exclude<FieldName<S>, 'phone_number'>]: {
    /** Name in the conversation's `analysis`; or, with a `$`, what the conversation itself has: `$summary`, `$started_at`. */
    readonly from: string;
    readonly field: K;
    /** `merge` only where the field is text, or may be: the fields of a schema from JSON are known at run time. */
    readonly mode: [Extract<S['fields'][K], { readonly type: 'string' }>] extends [never] ? Exclude<UpdateMode, 'merge'> : UpdateMode;
    readonly valueMap?: Readonly<Record<string, string | number | boolean>>;
    readonly transform?: string;
  };
}[Exclude<FieldName<S>, 'phone_number'>];
// biome-ignore lint/suspicious/noExplicitAny: see Schema
export type Analysis<S extends Schema = any> = readonly AnalysisRule<S>[];

/** Functions stay out of JSON by name. Pure; a throw or an unusable answer refuses that field. */
export type Transform = (value: Value) => Value;
export type Transforms = Readonly<Record<string, Transform>>;

/** A record as read, canonical or raw: values by CRM field, dotted path flat or nested. */
export interface CrmRecord {
  readonly id: string;
  readonly object?: string;
  readonly fields: Readonly<Record<string, unknown>>;
  /** The CRM's stamp, ISO 8601 UTC. */
  readonly modifiedAt?: string;
}

/** A rule ready to run. */
export interface CompiledRule {
  /**
   * Mapping key: the CRM paths joined by `|`; where another rule has the same ones, an inbound rule's field is added
   * (`Name>last_name`). Bases, intents and held fields are kept under it. A rule that writes has the CRM field's own name.
   */
  readonly key: string;
  /** Hash of what a pair of the two sides depends on: where the values come from and how one becomes the other (R17). */
  readonly identity: string;
  readonly crm: readonly string[];
  readonly field: string;
  readonly definition: FieldDefinition;
  readonly direction: MappingDirection;
  readonly conflict: ConflictPolicy | CheckedPolicy;
  readonly firstLink: FirstLinkPolicy;
  readonly blank: { readonly inbound: BlankPolicy; readonly outbound: BlankPolicy };
  /** Why this rule cannot be used with the CRM as described: it is then absent in both directions (R15). */
  readonly unusable: {
    readonly code: 'field_not_visible' | 'incompatible_type' | 'read_only';
    readonly remedy: string;
    readonly inbound: boolean;
    readonly outbound: boolean;
  } | null;
  /** The CRM field whose value, as the record has it, is the rule's. Null: it is made of several, or read as a time. */
  readonly plain: string | null;
  /** The value of this rule's CRM field(s) in a record; undefined = absent. */
  readRemote(record: CrmRecord): Value | undefined;
  /** CRM value → field value: valueMap, transform, type, phone number. */
  toLocal(remote: Value): Coerced;
  /** Whether `toLocal` gives the very value back, without making anything of it; false says nothing. */
  isLocal(remote: Value): boolean;
  /** Field value → CRM value: transform, valueMap, type, length, options. `truncated` says that text was cut. */
  toRemote(local: Value): Written;
  /** The CRM field that gets this rule's value when a record is made. Null: none can, or the rule can't be read backwards. */
  readonly initial: { readonly field: string; toRemote(local: Value): Written } | null;
}

/** A value as the CRM takes it, or why it can't. */
export type Written = Coerced & { readonly truncated?: boolean };

/** How records of a mapping are made. */
export interface CompiledCreate {
  /** Gets the contact's id. `unique`: no two records share a value, and an upsert by it is possible. */
  readonly idField: { readonly name: string; readonly unique: boolean } | null;
  /** By CRM field: what no rule gives. */
  readonly defaults: Readonly<Record<string, Value>>;
  /** CRM fields that must have a value. */
  readonly required: readonly string[];
  /** Of each group at least one must have a value. */
  readonly requiredOneOf: readonly (readonly string[])[];
}

// biome-ignore lint/suspicious/noExplicitAny: see Schema
export interface CompiledMapping<S extends Schema = any> {
  readonly schema: S;
  readonly entity: Entity;
  readonly crmObject: string;
  readonly rules: readonly CompiledRule[];
  /** What to read: mapped fields, outbound ones too, and what the filter needs. Sorted, each once. */
  readonly crmFields: readonly string[];
  /** Rules of the match keys, in order. */
  readonly matchKeys: readonly CompiledRule[];
  readonly filter: Filter | null;
  /** Over contact fields, canonical; null: everybody is sent. */
  readonly pushFilter: Filter | null;
  readonly create: CompiledCreate;
  /** Changes when records must be read again: inbound fields, filter, types, coercion (R17). */
  readonly readFingerprint: string;
  /** Changes when links must be planned again: any rule or type. Ends in the identities of the rules, after a dot each. */
  readonly planFingerprint: string;
  /** The contact fields that a record brings, and those it was refused. Absent ones are in neither. */
  readRecord(record: CrmRecord): {
    readonly fields: Readonly<Record<string, Value>>;
    readonly refused: readonly {
      readonly field: string;
      readonly crm: string;
      readonly code: string;
      readonly message: string;
      readonly remedy: string;
    }[];
  };
  /** The CRM values of a contact's outbound fields, and those that can't be written. */
  toCrm(fields: Readonly<Record<string, Value>>): {
    readonly values: Readonly<Record<string, Value>>;
    readonly refused: readonly {
      readonly field: string;
      readonly crm: string;
      readonly code: string;
      readonly message: string;
      readonly remedy: string;
    }[];
  };
}

export interface CompileOptions {
  /** For phone numbers without a country: ISO 3166 two letters. Without it such a number is refused, never guessed. */
  readonly defaultCountry?: string;
  /** IANA zone of the connection, for datetime → date. Default UTC. */
  readonly timeZone?: string;
  readonly transforms?: Transforms;
  /** Functions that rules name in `conflict`. */
  readonly policies?: Policies;
  /** The CRM object as described: fields that it doesn't show become absent. */
  readonly described?: DescribedObject;
  /** Field of contacts that holds the id of their company: its rule takes what the engine makes of the CRM's reference. */
  readonly companyField?: string;
  /** The connector's own field of each match key, for a mapping that names none. */
  readonly matchFields?: Readonly<Record<string, string>>;
}
