import { countCharacters, listNames } from '../base/text.ts';
import { isBlank } from '../values/blank.ts';
import { dayExists, dayIn, instantText, isDayShaped, readInstant, startOfDay } from '../values/dates.ts';
import { type Refusal, refuse } from '../values/refusal.ts';
import { checkNumber, plainDecimal, readBoolean, readNumber } from '../values/scalars.ts';
import type { Coerced } from '../values/value.ts';
import { compatible } from './compatibility.ts';
import type { CrmFieldType, DescribedOption } from './described.ts';
import { findBooleanOption, findOption, namedOption } from './options.ts';
import type { EnumField, EnumOption, FieldDefinition, FieldType, StringField, ValueOf } from './schema-types.ts';

export interface CoerceOptions {
  /** IANA zone in which text without a zone is read and an instant becomes a day. Default UTC. */
  readonly timeZone?: string;
  /** The CRM field the value comes from. Types that are never mapped to each other are refused. */
  readonly from?: { readonly type: CrmFieldType; readonly options?: readonly DescribedOption[] };
}

const ok = (value: string | number | boolean | null): Coerced => ({ ok: true, value });
const tooLarge = (): Refusal =>
  refuse('number_too_large', 'The number is too large to be kept exactly.', 'Use a string field for long ids, or a smaller number.');

function readScalar(raw: unknown): Coerced<string> {
  if (typeof raw === 'string') return { ok: true, value: raw };
  if (typeof raw === 'boolean' || typeof raw === 'bigint') return { ok: true, value: String(raw) };
  if (typeof raw === 'number' && Number.isFinite(raw)) {
    const number = checkNumber(raw);
    return number === 'too_large' ? tooLarge() : { ok: true, value: plainDecimal(raw) };
  }
  if (raw instanceof Date) {
    const value = instantText(raw.getTime());
    if (value !== null) return { ok: true, value };
  }
  return refuse('not_text', 'The value is not text.', 'Give text, a number or true/false; an object needs a transform.');
}

function readTexts(raw: unknown): Coerced<string>[] {
  return (Array.isArray(raw) ? raw : [raw]).filter((member) => !isBlank(member)).map(readScalar);
}

function toText(raw: unknown, { maxLength }: StringField, { from }: CoerceOptions): Coerced {
  if (typeof raw === 'string' && (maxLength === undefined || raw.length <= maxLength)) return ok(raw); // blank is told apart before
  const texts: string[] = [];
  for (const text of readTexts(raw)) {
    if (!text.ok) return text;
    texts.push(text.value!);
  }
  if (texts.length === 0) return ok(null);
  const text = texts.join(from?.type === 'multipicklist' ? ';' : ', ');
  if (maxLength !== undefined && text.length > maxLength && countCharacters(text) > maxLength)
    return refuse('too_long', `The text is longer than ${maxLength} characters.`, 'Shorten it, or raise `maxLength` of the field.');
  return ok(text);
}

function toNumber(raw: unknown): Coerced {
  const number =
    typeof raw === 'number'
      ? Number.isFinite(raw)
        ? checkNumber(raw)
        : undefined
      : typeof raw === 'string' || typeof raw === 'bigint'
        ? readNumber(String(raw))
        : undefined;
  if (number === 'too_large') return tooLarge();
  if (number !== undefined) return ok(number);
  return refuse('not_a_number', 'The value is not a number.', 'Write digits with a decimal point and no separators, such as `1234.5`.');
}

function toBoolean(raw: unknown): Coerced {
  const truth = typeof raw === 'boolean' ? raw : typeof raw === 'string' || typeof raw === 'number' ? readBoolean(String(raw)) : undefined;
  if (truth !== undefined) return ok(truth);
  return refuse(
    'not_a_boolean',
    'The value is neither true nor false.',
    'Use true/false, yes/no, y/n, t/f, on/off or 1/0, or a `valueMap`.',
  );
}

const noSuchDay = (): Refusal => refuse('no_such_day', 'There is no such day.', 'Correct the day or month of the date.');

function toDate(raw: unknown, timeZone: string): Coerced {
  const refused = (): Refusal =>
    refuse('not_a_date', 'The value is not a date.', 'Write it as `YYYY-MM-DD`, or as ISO 8601 date and time.');
  if (raw instanceof Date) return instantText(raw.getTime()) === null ? refused() : ok(dayIn(raw.getTime(), timeZone));
  if (typeof raw !== 'string') return refused();
  const text = raw.trim();
  if (isDayShaped(text)) return dayExists(text) ? ok(text) : noSuchDay();
  const instant = readInstant(text, timeZone);
  if (instant === undefined) return refused();
  if (instant === 'no_such_day') return noSuchDay();
  const day = instant.writtenDay ?? dayIn(instant.at, timeZone);
  return dayExists(day) ? ok(day) : refused();
}

function toDatetime(raw: unknown, timeZone: string): Coerced {
  const refused = (): Refusal =>
    refuse('not_a_datetime', 'The value is not a date and time.', 'Write it as ISO 8601, such as `2025-03-15T10:30:00Z`.');
  const read = (at: number): Coerced => {
    const text = instantText(at);
    return text === null ? refused() : ok(text);
  };
  if (raw instanceof Date) return read(raw.getTime());
  if (typeof raw !== 'string') return refused();
  const text = raw.trim();
  if (isDayShaped(text)) return dayExists(text) ? read(startOfDay(text, timeZone)) : noSuchDay();
  const instant = readInstant(text, timeZone);
  if (instant === undefined) return refused();
  return instant === 'no_such_day' ? noSuchDay() : read(instant.at);
}

const textOf = (option: EnumOption): string => (typeof option === 'string' ? option : option.value);

function toOption(raw: unknown, definition: EnumField, { from }: CoerceOptions): Coerced {
  const isList = from?.type === 'multipicklist';
  if (typeof raw === 'string' && !isList && definition.options.some((one) => textOf(one) === raw)) return ok(raw);
  const options = definition.options.map(namedOption);
  const refused = (message: string): Refusal =>
    refuse('unknown_option', message, `Use one of ${listNames(options.map(({ value }) => value))}, or translate it with \`valueMap\`.`);
  const parts = isList && typeof raw === 'string' ? raw.split(';') : raw;
  const texts = readTexts(parts);
  if (texts.length === 0) return ok(null);
  if (texts.length > 1) return refused('There are several values, and the field holds one option.');
  const [text] = texts;
  if (text?.ok !== true || text.value === null) return refused('The value is not one of the options.');
  const known = findOption(from?.options ?? [], text.value);
  const names = known === undefined ? [text.value] : [text.value, known.label, known.value];
  for (const name of names) {
    const option = findOption(options, name);
    if (option !== undefined) return ok(option.value);
  }
  const truth = typeof raw === 'boolean' ? findBooleanOption(options, raw) : undefined;
  return truth === undefined ? refused('The value is not one of the options.') : ok(truth.value);
}

function read(raw: unknown, definition: FieldDefinition, options: CoerceOptions): Coerced {
  const timeZone = options.timeZone ?? 'UTC';
  switch (definition.type) {
    case 'string':
      return toText(raw, definition, options);
    case 'number':
      return toNumber(raw);
    case 'boolean':
      return toBoolean(raw);
    case 'date':
      return toDate(raw, timeZone);
    case 'datetime':
      return toDatetime(raw, timeZone);
    case 'enum':
      return toOption(raw, definition, options);
  }
}

export const unsupportedType = (from: CrmFieldType, to: FieldType): Refusal =>
  refuse('unsupported_type', `A CRM field of type \`${from}\` cannot be mapped to a ${to} field.`, 'Map it to a field of another type.');

/**
 * Turns one raw value into the declared field type. Total: whatever the value, it never throws; only a `timeZone` that
 * does not exist does.
 *
 * Blank text is no value, for every type. Text stays as it is, spaces around it too; a list of texts is joined by
 * `, ` (a multipicklist by `;`). Numbers are not read as times: whether seconds or milliseconds is the codec's
 * knowledge. A date and time without a zone is in `timeZone`, a day becomes its first instant there. A refusal never
 * quotes the value.
 *
 * Source: Retell AI, "Map CRM fields", Field Type Compatibility.
 *
 * @example
 * coerceValue(' 99.50 ', { type: 'number' }) //=> { ok: true, value: 99.5 }
 * coerceValue('Yes', { type: 'boolean' }) //=> { ok: true, value: true }
 * coerceValue('', { type: 'enum', options: ['New'] }) //=> { ok: true, value: null }
 * coerceValue('new', { type: 'enum', options: ['New'] }) //=> { ok: true, value: 'New' }
 * coerceValue('2025-03-15T03:00:00.000+0000', { type: 'date' }, { timeZone: 'America/Los_Angeles' }) //=> { ok: true, value: '2025-03-14' }
 * coerceValue('2025-03-15', { type: 'datetime' }) //=> { ok: true, value: '2025-03-15T00:00:00.000Z' }
 * coerceValue('2025-02-30', { type: 'date' }).code //=> 'no_such_day'
 * coerceValue('soon', { type: 'number' }).code //=> 'not_a_number'
 */
export function coerceValue<const D extends FieldDefinition>(
  raw: unknown,
  definition: D,
  options: CoerceOptions = {},
): Coerced<ValueOf<D>> {
  const { from } = options;
  const refused = from !== undefined && compatible(from.type, definition.type) === 'no';
  const result = refused ? unsupportedType(from.type, definition.type) : isBlank(raw) ? ok(null) : read(raw, definition, options);
  return result as Coerced<ValueOf<D>>;
}
