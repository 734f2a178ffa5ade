import type { Stored } from '../database.ts';
import { SalesforceFailure } from '../failure.ts';
import { type Field, isNumber } from '../schema/field.ts';

const NUMBER = /^[-+]?\d+(\.\d+)?(E[-+]?\d+)?$/i;
/** What clears a field; an empty cell leaves it as it is. */
const NULL = '#N/A';

/**
 * A cell of an upload as the JSON value that REST would get; undefined for an empty one.
 *
 * @throws SalesforceFailure for a text that is no value of the field's type.
 */
export function valueOfCell(field: Field, text: string): unknown {
  if (text === '') return undefined;
  if (text === NULL) return null;
  if (field.type === 'boolean') {
    if (/^(true|1)$/i.test(text)) return true;
    if (/^(false|0)$/i.test(text)) return false;
    throw misfit(field, text);
  }
  if (!isNumber(field)) return text;
  if (!NUMBER.test(text)) throw misfit(field, text);
  return Number(text);
}

/** A value as a cell of a query result: everything is text, whole numbers have a decimal. */
export function cellOf({ type }: Field, value: Stored): string {
  if (value === null || typeof value === 'object') return '';
  if (typeof value !== 'number') return String(value);
  if (type === 'datetime') return new Date(value).toISOString();
  return Number.isInteger(value) ? `${value}.0` : String(value);
}

const misfit = ({ label, name }: Field, text: string): SalesforceFailure =>
  new SalesforceFailure('INVALID_TYPE_ON_FIELD_IN_RECORD', `${label}: value not of required type: ${text}`, { fields: [name] });
