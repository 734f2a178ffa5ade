import type { CrmFieldType } from '../../../core/schema/described.ts';
import type { Value } from '../../../core/values/value.ts';
import { keptText, toInstant } from '../codec.ts';
import { numberLiteral } from '../query/soql.ts';
import { toId18 } from '../record-id.ts';

/** Clears a field: an empty cell leaves it as it is. Source: Bulk API 2.0 guide, Prepare CSV Files. */
const CLEAR = '#N/A';
/** Source: Bulk API 2.0 limits, characters of a field. */
const CHARACTERS_MAX = 32_000;
const DAY = /^\d{4}-\d{2}-\d{2}$/;

/**
 * A value as the cell of an upload; null where a cell can't say what JSON says, so that the write has to go by REST. Only
 * what fits the field's type: a job would convert what REST refuses.
 *
 * @example
 * toCell(null, 'string') //=> '#N/A'
 * toCell('#N/A', 'string') //=> null
 * toCell(0.5, 'number') //=> '0.5'
 * toCell('0.5', 'number') //=> null
 */
export function toCell(value: Value, type: CrmFieldType): string | null {
  switch (type) {
    case 'unsupported':
    case 'time':
      return null;
    case 'boolean':
      return typeof value === 'boolean' ? String(value) : null;
    case 'integer':
      return value === null ? CLEAR : typeof value === 'number' && Number.isInteger(value) ? numberLiteral(value) : null;
    case 'number':
    case 'currency':
    case 'percent':
      return value === null ? CLEAR : typeof value === 'number' ? numberLiteral(value) : null;
    default:
      return value === null ? CLEAR : typeof value === 'string' ? toTextCell(value, type) : null;
  }
}

function toTextCell(value: string, type: CrmFieldType): string | null {
  const text = keptText(value);
  if (text === '') return CLEAR; // Salesforce keeps no blank text
  if (text.toUpperCase() === CLEAR || text.length > CHARACTERS_MAX) return null;
  if (type === 'date') return DAY.test(text) ? text : null;
  if (type === 'datetime') return toInstant(text) === null ? null : text;
  if (type === 'id' || type === 'reference') return toId18(text);
  return text;
}
