import type { CrmFieldType } from './described.ts';
import type { FieldType } from './schema-types.ts';

/**
 * `yes`: what the CRM holds fits the field, and what is written back reads as the same value. `lossy`: some CRM values
 * are refused, or the time of day is lost on the way in or out. `no`: nothing is meant to fit; reading and writing are refused.
 */
export type Compatibility = 'yes' | 'lossy' | 'no';
type Row = Readonly<Record<FieldType, Compatibility>>;

const TEXT: Row = { string: 'yes', number: 'lossy', boolean: 'lossy', date: 'lossy', datetime: 'lossy', enum: 'lossy' };
const ONLY_TEXT: Row = { string: 'yes', number: 'no', boolean: 'no', date: 'no', datetime: 'no', enum: 'no' };
const NUMBER: Row = { string: 'yes', number: 'yes', boolean: 'lossy', date: 'no', datetime: 'no', enum: 'lossy' };
const AMOUNT: Row = { string: 'yes', number: 'yes', boolean: 'no', date: 'no', datetime: 'no', enum: 'no' };

const TABLE: Readonly<Record<CrmFieldType, Row>> = {
  string: TEXT,
  text: TEXT,
  phone: ONLY_TEXT,
  email: ONLY_TEXT,
  url: ONLY_TEXT,
  picklist: { string: 'yes', number: 'lossy', boolean: 'lossy', date: 'no', datetime: 'no', enum: 'yes' },
  multipicklist: { string: 'yes', number: 'no', boolean: 'no', date: 'no', datetime: 'no', enum: 'lossy' },
  boolean: { string: 'yes', number: 'no', boolean: 'yes', date: 'no', datetime: 'no', enum: 'lossy' },
  integer: NUMBER,
  number: NUMBER,
  currency: AMOUNT,
  percent: AMOUNT,
  date: { string: 'yes', number: 'no', boolean: 'no', date: 'yes', datetime: 'lossy', enum: 'no' },
  datetime: { string: 'yes', number: 'no', boolean: 'no', date: 'lossy', datetime: 'yes', enum: 'no' },
  time: ONLY_TEXT,
  reference: { ...ONLY_TEXT, enum: 'lossy' },
  id: { ...ONLY_TEXT, enum: 'lossy' },
  unsupported: { string: 'no', number: 'no', boolean: 'no', date: 'no', datetime: 'no', enum: 'no' },
};

/**
 * Whether a CRM field and a contact field can be mapped to each other.
 *
 * Source: Retell AI, "Map CRM fields", Field Type Compatibility.
 *
 * @example
 * compatible('picklist', 'enum') //=> 'yes'
 * compatible('datetime', 'date') //=> 'lossy'
 * compatible('phone', 'number') //=> 'no'
 */
export const compatible = (from: CrmFieldType, to: FieldType): Compatibility => TABLE[from][to];
