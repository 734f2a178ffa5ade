import type { CrmFieldType } from '../../core/schema/described.ts';
import { plainDecimal } from '../../core/values/scalars.ts';
import type { Value } from '../../core/values/value.ts';
import { wireText } from '../../http/wire-text.ts';

interface WireType {
  readonly name: string;
  readonly type: string;
  readonly fieldType: string;
  /** Its options live elsewhere: owners, pipelines, stages. */
  readonly external: boolean;
}

/** Texts of one kind, whichever field shows them. What is listed nowhere is unsupported. */
const TEXTS: Readonly<Record<string, CrmFieldType>> = { phonenumber: 'phone', textarea: 'text', html: 'text' };
const EMAILS: ReadonlySet<string> = new Set(['email', 'work_email']);
const PLAIN: Readonly<Record<string, CrmFieldType>> = {
  phone_number: 'phone',
  number: 'number',
  bool: 'boolean',
  date: 'date',
  datetime: 'datetime',
};

/**
 * A property's type as all CRMs name it.
 *
 * Source: HubSpot developer docs, "Properties": type and fieldType.
 */
export function fieldTypeOf({ name, type, fieldType, external }: WireType): CrmFieldType {
  if (name === 'hs_object_id') return 'id';
  if (type === 'enumeration') return external ? 'reference' : fieldType === 'checkbox' ? 'multipicklist' : 'picklist';
  if (type === 'string') return EMAILS.has(name) ? 'email' : (member(TEXTS, fieldType) ?? 'string');
  return member(PLAIN, type) ?? 'unsupported';
}

const member = <T>(table: Readonly<Record<string, T>>, key: string): T | undefined => (Object.hasOwn(table, key) ? table[key] : undefined);

const INSTANT = /^(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2})(\.\d{1,9})?(Z|[+-]\d{2}:\d{2})$/;
const EPOCH = /^-?\d{1,15}$/;
const NUMBER = /^-?\d+(\.\d+)?([eE][+-]?\d+)?$/;
const DAY_MS = 86_400_000;

/**
 * HubSpot writes instants as Java does (`2026-03-12T10:00:00Z`, no fraction where it is zero), and some as epoch ms.
 *
 * @returns ISO 8601 UTC, or null for a text that is no instant.
 * @example
 * toInstant('2026-03-12T10:00:00Z') //=> '2026-03-12T10:00:00.000Z'
 * toInstant('1773300826615') //=> '2026-03-12T07:33:46.615Z'
 */
export function toInstant(text: unknown): string | null {
  if (typeof text !== 'string') return null;
  const [, time, fraction = '', zone] = INSTANT.exec(text) ?? [];
  const millis = time === undefined ? (EPOCH.test(text) ? Number(text) : Number.NaN) : Date.parse(`${time}${fraction.slice(0, 4)}${zone}`);
  return Math.abs(millis) <= 8.64e15 ? new Date(millis).toISOString() : null;
}

/** A day; the midnight of one in UTC counts as the day. Anything else stays as it is. */
function toDay(text: string): string {
  const instant = /^\d{4}-\d{2}-\d{2}$/.test(text) ? null : toInstant(text);
  return instant !== null && Date.parse(instant) % DAY_MS === 0 ? instant.slice(0, 10) : text;
}

/**
 * A property as read: HubSpot gives every value as text, and blank as null or as ''. Total: a value that does not fit
 * its described type goes on as text, so that the engine refuses that one field with its own reason; what is no value at
 * all is undefined, that is absent.
 */
export function decodeValue(raw: unknown, type: CrmFieldType): Value | undefined {
  if (raw === null || raw === '') return null;
  if (typeof raw === 'boolean' || (typeof raw === 'number' && Number.isFinite(raw))) return decodeValue(String(raw), type);
  if (typeof raw !== 'string' || type === 'unsupported') return undefined;
  if (type === 'boolean') return raw === 'true' ? true : raw === 'false' ? false : raw;
  if (type === 'number') return toNumber(raw);
  if (type === 'date') return toDay(raw);
  return type === 'datetime' ? (toInstant(raw) ?? raw) : raw;
}

/** Beyond 2^53 neighbouring integers look alike: such a number stays text. */
function toNumber(text: string): number | string {
  const number = NUMBER.test(text) ? Number(text) : Number.NaN;
  return Math.abs(number) <= Number.MAX_SAFE_INTEGER ? number + 0 : text; // + 0: -0 is 0
}

/**
 * A property as written: text, and '' clears. An email is refused with blanks around it, and a leading `;` would add to a
 * multiple choice instead of replacing it.
 */
export function encodeValue(value: Value, type: CrmFieldType): string {
  if (value === null) return '';
  if (typeof value === 'number') return plainDecimal(value);
  if (typeof value === 'boolean') return String(value);
  const text = wireText(value);
  if (type === 'email') return text.trim();
  return type === 'multipicklist' ? text.replace(/^[;\s]+/, '') : text;
}
