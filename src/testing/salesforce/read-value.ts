import type { Stored } from './database.ts';
import { SalesforceFailure } from './failure.ts';
import { toId18 } from './ids.ts';
import type { Field } from './schema/field.ts';
import type { Schema } from './schema/schema.ts';
import { readDate, readDatetime } from './wire-value.ts';

const EMAIL = /^[^\s@<>(),;:"[\]\\]+@[^\s@.<>(),;:"[\]\\]+(\.[^\s@.<>(),;:"[\]\\]+)+$/;
/** How Salesforce names a type in its parser errors where describe names it otherwise. */
const PARSER_NAMES: Partial<Record<Field['type'], string>> = { datetime: 'datetime', textarea: 'textarea', percent: 'percent' };

/**
 * Reads the JSON value of one field of a create or update, as strictly as the REST API: nothing is converted from one
 * JSON type to another. Blank text is null.
 *
 * @throws SalesforceFailure with the code of the real service.
 */
export function readValue(field: Field, raw: unknown, schema: Schema): Stored {
  if (raw === null) {
    if (field.type === 'boolean') refuse('INVALID_TYPE_ON_FIELD_IN_RECORD', field, 'value not of required type: null');
    return null;
  }
  switch (field.type) {
    case 'boolean':
      return typeof raw === 'boolean' ? raw : misfit(field, raw);
    case 'int':
    case 'double':
    case 'currency':
    case 'percent':
      return readNumber(field, raw);
    case 'date':
      return typeof raw === 'string' ? (readDate(raw) ?? misfit(field, raw)) : misfit(field, raw);
    case 'datetime':
      return typeof raw === 'string' ? (readDatetime(raw) ?? misfit(field, raw)) : misfit(field, raw);
    case 'id':
    case 'reference':
      return typeof raw === 'string' ? readReference(field, raw, schema) : misfit(field, raw);
    case 'address':
      return misfit(field, raw);
    default:
      return typeof raw === 'string' ? readText(field, raw) : misfit(field, raw);
  }
}

function readNumber(field: Field, raw: unknown): number {
  if (typeof raw !== 'number') return misfit(field, raw);
  const outside = (): never => refuse('NUMBER_OUTSIDE_VALID_RANGE', field, `value outside of valid range on numeric field: ${raw}`);
  if (field.type === 'int') {
    if (!Number.isInteger(raw)) return misfit(field, raw);
    return Math.abs(raw) < 10 ** field.digits ? raw : outside();
  }
  if (Math.abs(raw) >= 10 ** (field.precision - field.scale)) return outside();
  return Number(raw.toFixed(Math.min(field.scale, 20)));
}

function readText(field: Field, raw: string): string | null {
  const text = raw.trim(); // Salesforce keeps no blanks around a text
  if (text === '') return null;
  if (field.type === 'picklist' || field.type === 'multipicklist') checkOptions(field, text);
  else if (field.type === 'email' && !EMAIL.test(text)) refuse('INVALID_EMAIL_ADDRESS', field, `invalid email address: ${text}`);
  if (text.length > field.length)
    refuse('STRING_TOO_LONG', field, `data value too large: ${text.slice(0, 255)} (max length=${field.length})`);
  return text;
}

function checkOptions(field: Field, text: string): void {
  if (!field.restricted) return;
  for (const part of field.type === 'multipicklist' ? text.split(';') : [text]) {
    const known = field.options.some(({ value, active }) => active && value === part);
    if (!known) refuse('INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST', field, `bad value for restricted picklist field: ${part}`);
  }
}

function readReference(field: Field, raw: string, schema: Schema): string | null {
  if (raw === '') return null;
  const id = toId18(raw);
  const target = id === null ? undefined : schema.objectOfPrefix(id.slice(0, 3));
  if (id === null || target === undefined || !field.referenceTo.includes(target.name))
    return refuse('MALFORMED_ID', field, `id value of incorrect type: ${raw}`);
  return id;
}

function refuse(code: string, field: Field, what: string): never {
  throw new SalesforceFailure(code, `${field.label}: ${what}`, { fields: [field.name] });
}

function misfit(field: Field, raw: unknown): never {
  const type = PARSER_NAMES[field.type] ?? field.type;
  throw new SalesforceFailure(
    'JSON_PARSER_ERROR',
    `Cannot deserialize instance of ${type} from ${tokenOf(raw)} or request may be missing a required field at [line:1, column:1]`,
  );
}

function tokenOf(raw: unknown): string {
  if (typeof raw === 'string') return `VALUE_STRING value ${raw}`;
  if (typeof raw === 'number') return `VALUE_NUMBER_${Number.isInteger(raw) ? 'INT' : 'FLOAT'} value ${raw}`;
  if (typeof raw === 'boolean') return `VALUE_${raw ? 'TRUE' : 'FALSE'} value ${raw}`;
  return Array.isArray(raw) ? 'START_ARRAY value [' : 'START_OBJECT value {';
}
