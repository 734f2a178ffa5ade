import type { CrmFieldType } from '../../core/schema/described.ts';
import type { Json, Value } from '../../core/values/value.ts';
import { wireText } from '../../http/wire-text.ts';
import { toId18 } from './record-id.ts';

/** Salesforce's field types and ours. What is not listed is unsupported: never selected, never written. */
const FIELD_TYPES: Readonly<Record<string, CrmFieldType>> = {
  id: 'id',
  reference: 'reference',
  string: 'string',
  combobox: 'string',
  textarea: 'text',
  phone: 'phone',
  email: 'email',
  url: 'url',
  picklist: 'picklist',
  multipicklist: 'multipicklist',
  boolean: 'boolean',
  int: 'integer',
  long: 'integer',
  double: 'number',
  currency: 'currency',
  percent: 'percent',
  date: 'date',
  datetime: 'datetime',
  time: 'time',
};

/** Source: Salesforce Object Reference, Field Types. */
export const fieldTypeOf = (type: string): CrmFieldType => (Object.hasOwn(FIELD_TYPES, type) ? FIELD_TYPES[type]! : 'unsupported');

const INSTANT = /^(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,3})?)(Z|[+-]\d{2}:?\d{2})$/;

/**
 * Salesforce writes `2026-05-01T07:25:37.000+0000`, which is no ISO 8601 of the ECMAScript profile.
 *
 * @returns ISO 8601 UTC, or null for a text that is no instant.
 * @example
 * toInstant('2026-05-01T07:25:37.000+0000') //=> '2026-05-01T07:25:37.000Z'
 * toInstant('2026-05-01') //=> null
 */
export function toInstant(text: unknown): string | null {
  const match = typeof text === 'string' ? INSTANT.exec(text) : null;
  if (!match) return null;
  const millis = Date.parse(`${match[1]}${match[2]!.replace(/^(.\d{2})(\d{2})$/, '$1:$2')}`);
  return Number.isNaN(millis) ? null : new Date(millis).toISOString();
}

/**
 * A field as read. Total: a value that does not fit its described type goes on as text, so that the engine refuses that
 * one field with its own reason; only what is no value at all (an address, a list) is undefined, that is absent.
 */
export function decodeValue(raw: unknown, type: CrmFieldType): Value | undefined {
  if (raw === null || raw === '') return null;
  if (typeof raw === 'number') return Number.isFinite(raw) ? raw : undefined;
  if (typeof raw === 'boolean') return raw;
  if (typeof raw !== 'string' || type === 'unsupported') return undefined;
  if (type === 'datetime') return toInstant(raw) ?? raw;
  if (type === 'id' || type === 'reference') return toId18(raw) ?? raw;
  return raw;
}

/** A field as written. */
export const encodeValue = (value: Value): Json => (typeof value === 'string' ? keptText(value) : value);

/** Text as Salesforce keeps it: without blanks around it. */
export const keptText = (text: string): string => wireText(text).trim();

/** What Salesforce keeps otherwise than it was given: its answers to writes do not tell. */
export function keptOtherwise(values: Readonly<Record<string, Value>>): Readonly<Record<string, Value>> {
  const kept: Record<string, Value> = {};
  for (const [name, value] of Object.entries(values))
    if (typeof value === 'string' && value !== keptText(value)) kept[name] = keptText(value) || null;
  return kept;
}
