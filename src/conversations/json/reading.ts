import { valueAt } from '../../core/base/json-path.ts';
import { own } from '../../core/base/own.ts';
import { instantText, readInstant } from '../../core/values/dates.ts';
import { readBoolean, readNumber } from '../../core/values/scalars.ts';
import type { Json, Millis } from '../../core/values/value.ts';
import type { Issue } from '../../errors.ts';
import { filled } from '../payload/filled.ts';
import { plainJson } from '../payload/plain-json.ts';
import { readRfc2822 } from '../payload/rfc-2822.ts';
import { storable } from '../payload/storable.ts';
import type {
  At,
  Constant,
  DurationPart,
  DurationUnit,
  JsonPath,
  TextPart,
  TimeFormat,
  TimePart,
  TruthPart,
  ValuePart,
  WordPart,
} from './mapping-types.ts';

type Place = Issue['path'];
type Part<T> = JsonPath | At | Constant<T>;

const isEmpty = (value: unknown): boolean => value === undefined || value === null || (typeof value === 'string' && value.trim() === '');

/** The first of several paths at which there is a value that says something; else at which there is one at all. */
export function firstAt(payload: unknown, path: JsonPath | readonly JsonPath[]): unknown {
  const values = [path].flat().map((one) => valueAt(payload, one));
  return values.find((value) => !isEmpty(value)) ?? values.find((value) => value !== undefined && value !== null);
}

/** Text of a scalar; undefined for anything else, and for text that is blank. A number without exact digits is no text. */
export function scalarText(value: unknown): string | undefined {
  if (typeof value === 'number') return Number.isFinite(value) && Math.abs(value) <= Number.MAX_SAFE_INTEGER ? String(value) : undefined;
  return typeof value === 'string' ? filled(value) : undefined;
}

const MILLISECONDS: Readonly<Record<DurationUnit, number>> = { milliseconds: 1, seconds: 1000, minutes: 60_000 };

/**
 * Reads parts of one payload as a mapping says, and notes each that is not there or can't be read. The notes name paths,
 * never values.
 */
export class Reading {
  /** Every part that brought nothing; `required` ones make the payload unreadable. */
  readonly notes: (Issue & { readonly required: boolean })[] = [];
  readonly payload: unknown;

  constructor(payload: unknown) {
    this.payload = payload;
  }

  text(part: TextPart | undefined, at: Place): string | undefined {
    const text = this.#read(part, at, 'text or a number', scalarText);
    return text === undefined ? undefined : filled(storable(text));
  }

  truth(part: TruthPart | undefined, at: Place): boolean | undefined {
    const { map = {} } = mapOf<boolean>(part);
    return this.#read(part, at, 'a truth that is known', (raw) => {
      if (typeof raw === 'boolean') return own(map, String(raw)) ?? raw;
      const text = scalarText(raw);
      return text === undefined ? undefined : (own(map, text) ?? readBoolean(text));
    });
  }

  /** @param words - Those of ours that count. */
  word<W extends string>(part: WordPart<W> | undefined, words: Readonly<Record<W, true>>, at: Place): W | undefined {
    const { map = {}, otherwise } = mapOf<W>(part);
    const found = this.#read(part, at, 'a known word', (raw) => {
      const text = typeof raw === 'boolean' ? String(raw) : scalarText(raw);
      if (text === undefined) return otherwise;
      const word = text
        .trim()
        .toLowerCase()
        .replace(/[\s-]+/g, '_');
      return own(map, text) ?? own(map, text.trim()) ?? (Object.hasOwn(words, word) ? (word as W) : otherwise);
    });
    return found ?? otherwise;
  }

  time(part: TimePart | undefined, at: Place): Millis | undefined {
    const { format = 'iso', timeZone }: { format?: TimeFormat; timeZone?: string } = typeof part === 'object' ? part : {};
    const expected = format === 'iso' ? 'an ISO 8601 time with its offset, or one in `timeZone`' : `a time of the format ${format}`;
    return this.#read(part, at, expected, (raw) => {
      const millis = readTime(raw, format, timeZone);
      return millis !== undefined && instantText(millis) !== null ? millis : undefined;
    });
  }

  /** Milliseconds. */
  duration(part: DurationPart | undefined, at: Place): number | undefined {
    const scale = MILLISECONDS[part?.unit ?? 'seconds'];
    return this.#read(part, at, 'a duration in numbers', (raw) => {
      const number = numberOf(raw);
      return number === undefined || number < 0 ? undefined : Math.round(number * scale);
    });
  }

  /** What stands at a path, of any kind. */
  any<T>(path: JsonPath | At, at: Place, expected: string, read: (raw: unknown) => T | undefined): T | undefined {
    return this.#read<T>(path, at, expected, read);
  }

  /** A value of any kind, empty text included: whether that is a value is for the rules of the analysis to say. */
  json(part: ValuePart, at: Place): Json | undefined {
    return this.#read<Json>(part, at, 'JSON', plainJson, (raw) => (raw ?? null) === null);
  }

  #read<T>(
    part: Part<T> | undefined,
    at: Place,
    expected: string,
    read: (raw: unknown) => T | undefined,
    isNothing = isEmpty,
  ): T | undefined {
    if (part === undefined) return undefined;
    if (typeof part === 'object' && 'value' in part) return part.value;
    const { path, required = false }: At = typeof part === 'string' ? { path: part } : part;
    const raw = firstAt(this.payload, path);
    const value = isNothing(raw) ? undefined : read(raw);
    if (value !== undefined) return value;
    const where = [path]
      .flat()
      .map((one) => `\`${one}\``)
      .join(' or ');
    this.notes.push(
      isNothing(raw)
        ? {
            path: at,
            code: 'absent',
            message: `finds nothing at ${where}`,
            remedy: 'Correct the path, or let the webhook send it.',
            required,
          }
        : {
            path: at,
            code: 'unreadable',
            message: `finds no usable value at ${where}: it must be ${expected}`,
            remedy: 'Correct the mapping.',
            required,
          },
    );
    return undefined;
  }
}

const mapOf = <T>(part: unknown): { readonly map?: Readonly<Record<string, T>>; readonly otherwise?: T } =>
  typeof part === 'object' && part !== null ? part : {};

function numberOf(raw: unknown): number | undefined {
  const read = typeof raw === 'string' ? readNumber(raw) : raw;
  return typeof read === 'number' && Number.isFinite(read) ? read : undefined;
}

function readTime(raw: unknown, format: TimeFormat, timeZone: string | undefined): number | undefined {
  if (format === 'epoch_seconds' || format === 'epoch_milliseconds') {
    const number = numberOf(raw);
    return number === undefined ? undefined : Math.round(format === 'epoch_seconds' ? number * 1000 : number);
  }
  if (typeof raw !== 'string') return undefined;
  if (format === 'rfc_2822') return readRfc2822(raw);
  const read = readInstant(raw.trim(), timeZone ?? 'UTC');
  if (typeof read !== 'object' || (read.writtenDay !== null && timeZone === undefined)) return undefined;
  return read.at;
}
