/**
 * The types of CRM fields, named alike for all CRMs. A connector's codec reads each into a canonical value:
 * `multipicklist` is text joined by `;`, `time` is text, `reference` and `id` are record ids.
 */
export const CRM_FIELD_TYPES = [
  'string',
  'text', // several lines
  'phone',
  'email',
  'url',
  'picklist',
  'multipicklist',
  'boolean',
  'integer',
  'number',
  'currency',
  'percent',
  'date',
  'datetime',
  'time',
  'reference',
  'id',
  'unsupported', // addresses, files, encrypted text: never mapped
] as const;
export type CrmFieldType = (typeof CRM_FIELD_TYPES)[number];

export interface DescribedOption {
  /** What the API reads and writes. */
  readonly value: string;
  /** What a person sees. */
  readonly label: string;
}

/** A field of a CRM object as the connected user may see it. A hidden field is not described at all. */
export interface DescribedField {
  /** API name, or a dotted path to a parent's field such as `Account.Name`: that is only read. */
  readonly name: string;
  readonly label: string;
  readonly type: CrmFieldType;
  /** Most characters it holds; absent where unknown or not text. */
  readonly length?: number;
  /** Options of a `picklist` or `multipicklist`, active ones only. */
  readonly options?: readonly DescribedOption[];
  /** The CRM refuses a value that is not an option. */
  readonly restricted?: boolean;
  readonly creatable: boolean;
  readonly updatable: boolean;
  /** May be blank. False means that a clear is refused. */
  readonly nullable: boolean;
  /** Must be given when a record is created. */
  readonly required: boolean;
  readonly filterable: boolean;
  /** No two records share a value, and an upsert by it is possible. */
  readonly unique: boolean;
  /** Most decimals kept, of a datetime those of its seconds; absent where unknown or neither. */
  readonly scale?: number;
}

/** A record that a record of the object belongs to, whose fields a dotted path reads. */
export interface DescribedParent {
  /** First part of the path: `Account`. */
  readonly name: string;
  /** What a person calls it. */
  readonly label: string;
  /** The object that the parent is a record of, as `describe` takes it. */
  readonly object: string;
}

/** A CRM object: its fields by exact API name. */
export interface DescribedObject {
  readonly name: string;
  readonly label: string;
  readonly fields: readonly DescribedField[];
  /** A new record needs one field of each group: HubSpot asks of a contact an email address or a name. */
  readonly requiredOneOf?: readonly (readonly string[])[];
  /** Its fields are described by themselves, where somebody asks for them. Absent: none that the CRM tells of. */
  readonly parents?: readonly DescribedParent[];
}
