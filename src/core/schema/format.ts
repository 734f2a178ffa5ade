import { countCharacters, fitText, listNames } from '../base/text.ts';
import { isBlank } from '../values/blank.ts';
import { refuse } from '../values/refusal.ts';
import { plainDecimal, roundDecimal } from '../values/scalars.ts';
import type { Coerced, Value } from '../values/value.ts';
import { coerceValue, unsupportedType } from './coerce.ts';
import { compatible } from './compatibility.ts';
import type { CrmFieldType, DescribedField } from './described.ts';
import { findBooleanOption, findOption, namedOption } from './options.ts';
import type { FieldDefinition } from './schema-types.ts';

/** The CRM field that a value is written to; a `DescribedField` is one. */
export type FormatTarget = Pick<DescribedField, 'type'> &
  Partial<Pick<DescribedField, 'length' | 'options' | 'restricted' | 'nullable' | 'scale'>> & {
    /** Text beyond `length`: refused (default), or cut where the field holds free text. */
    readonly overflow?: 'refuse' | 'truncate';
    /** IANA zone in which an instant becomes a day and a day an instant. Default UTC. */
    readonly timeZone?: string;
  };

/** A canonical CRM value. `truncated` says that text was cut to the CRM's length. */
export type Formatted = Coerced & { readonly truncated?: boolean };

type Filled = Exclude<Value, null>;

const ok = (value: Filled): Formatted => ({ ok: true, value });
const textOf = (value: Filled): string => (typeof value === 'number' ? plainDecimal(value) : String(value));

function toText(value: Filled, target: FormatTarget): Formatted {
  const text = textOf(value);
  const { length } = target;
  if (length === undefined || text.length <= length) return ok(text);
  const free = target.type === 'string' || target.type === 'text';
  if (free && target.overflow === 'truncate') return { ok: true, value: fitText(text, length), truncated: true };
  if (countCharacters(text) <= length) return ok(text); // whether two units are one character is the CRM's to say
  return refuse(
    'too_long',
    `The text is longer than the ${length} characters that the CRM field holds.`,
    free ? "Shorten it, or set `overflow: 'truncate'` in the mapping." : 'Correct the value.',
  );
}

/** The names under which an option of a CRM picklist may stand for the value. */
function namesOf(value: Filled, definition: FieldDefinition): string[] {
  const text = textOf(value);
  const own = definition.type === 'enum' ? definition.options.map(namedOption).find((option) => option.value === text) : undefined;
  return own?.label === undefined ? [text] : [text, own.label];
}

function toOption(value: Filled, names: readonly string[], target: FormatTarget): Coerced<string> {
  const options = target.options ?? [];
  for (const name of names) {
    const option = findOption(options, name);
    if (option !== undefined) return { ok: true, value: option.value };
  }
  const truth = typeof value === 'boolean' ? findBooleanOption(options, value) : undefined;
  if (truth !== undefined) return { ok: true, value: truth.value };
  if (target.restricted !== true || target.options === undefined) return { ok: true, value: names[0]! };
  return refuse(
    'unknown_option',
    'The value is not an option of the CRM field.',
    `Use one of ${listNames(options.map((option) => option.value))}, translate it with \`valueMap\`, or add the option in the CRM.`,
  );
}

function toOptions(value: Filled, definition: FieldDefinition, target: FormatTarget): Formatted {
  if (definition.type !== 'string') return toOption(value, namesOf(value, definition), target);
  const chosen: string[] = [];
  for (const part of textOf(value).split(';')) {
    if (isBlank(part)) continue;
    const option = toOption(part, [part.trim()], target);
    if (!option.ok) return option;
    chosen.push(option.value!);
  }
  return chosen.length === 0 ? empty(target) : ok(chosen.join(';'));
}

function toNumber(value: Filled, target: FormatTarget): Formatted {
  const result: Coerced = typeof value === 'boolean' ? ok(value ? 1 : 0) : coerceValue(value, { type: 'number' });
  if (!result.ok || typeof result.value !== 'number') return result;
  if (target.type === 'integer')
    return Number.isInteger(result.value)
      ? result
      : refuse('not_an_integer', 'The number has decimals, and the CRM field holds whole numbers.', 'Round it with a `transform`.');
  return target.scale === undefined ? result : ok(roundDecimal(result.value, target.scale));
}

function toInstant(value: Filled, { timeZone = 'UTC', scale }: FormatTarget): Formatted {
  const result = coerceValue(value, { type: 'datetime' }, { timeZone });
  return scale === 0 && result.ok && typeof result.value === 'string' ? ok(result.value.replace(/\.\d+Z$/, '.000Z')) : result;
}

function empty({ nullable }: FormatTarget): Formatted {
  if (nullable !== false) return { ok: true, value: null };
  return refuse('not_nullable', 'The CRM field cannot be empty.', "Give the field a value, or set `blank: 'keep'` in the mapping.");
}

const WRITERS: Readonly<Record<CrmFieldType, (value: Filled, definition: FieldDefinition, target: FormatTarget) => Formatted>> = {
  string: (value, _, target) => toText(value, target),
  text: (value, _, target) => toText(value, target),
  phone: (value, _, target) => toText(value, target),
  email: (value, _, target) => toText(value, target),
  url: (value, _, target) => toText(value, target),
  time: (value, _, target) => toText(value, target),
  reference: (value, _, target) => toText(value, target),
  id: (value, _, target) => toText(value, target),
  picklist: (value, definition, target) => toOption(value, namesOf(value, definition), target),
  multipicklist: toOptions,
  boolean: (value) => coerceValue(value, { type: 'boolean' }),
  integer: (value, _, target) => toNumber(value, target),
  number: (value, _, target) => toNumber(value, target),
  currency: (value, _, target) => toNumber(value, target),
  percent: (value, _, target) => toNumber(value, target),
  date: (value, _, { timeZone = 'UTC' }) => coerceValue(value, { type: 'date' }, { timeZone }),
  datetime: (value, _, target) => toInstant(value, target),
  unsupported: (_, definition) => unsupportedType('unsupported', definition.type),
};

/**
 * Turns a field's value into the canonical value of a CRM field: the outbound counterpart of `coerceValue`. Total in
 * the same way.
 *
 * Only free text (`string`, `text`) is ever cut, between characters; a cut email or id would be a wrong one. Decimals
 * beyond `scale` are rounded, halves away from zero, as CRMs do themselves; a whole-number field refuses them. A datetime
 * of scale 0 loses its fraction of a second. An option is found by value, in any case, or by label; an unrestricted
 * picklist takes any other text too.
 *
 * @example
 * formatValue(true, { type: 'boolean' }, { type: 'string' }) //=> { ok: true, value: 'true' }
 * formatValue('Grüße', { type: 'string' }, { type: 'text', length: 3, overflow: 'truncate' }) //=> { ok: true, value: 'Grü', truncated: true }
 * formatValue('won', { type: 'string' }, { type: 'picklist', options: [{ value: 'w', label: 'Won' }] }) //=> { ok: true, value: 'w' }
 * formatValue(2.345, { type: 'number' }, { type: 'currency', scale: 2 }) //=> { ok: true, value: 2.35 }
 * formatValue(null, { type: 'string' }, { type: 'string', nullable: false }).code //=> 'not_nullable'
 */
export function formatValue(value: Value, definition: FieldDefinition, target: FormatTarget): Formatted {
  if (compatible(target.type, definition.type) === 'no') return unsupportedType(target.type, definition.type);
  if (value === null || isBlank(value)) return empty(target);
  // What a host's table gave back may be of another type, and may be longer than a limit that was set later.
  const stored = coerceValue(value, definition.type === 'string' ? { type: 'string' } : definition, withZone(target));
  if (!stored.ok) return stored;
  return stored.value === null ? empty(target) : WRITERS[target.type](stored.value, definition, target);
}

const withZone = ({ timeZone }: FormatTarget) => (timeZone === undefined ? {} : { timeZone });
