import { normalizeDomain } from '../domain/domain.ts';
import type { Value } from '../values/value.ts';
import type { Transforms } from './mapping-types.ts';

const onText =
  (change: (text: string) => string) =>
  (value: Value): Value =>
    typeof value === 'string' ? change(value) : value;

/** The transforms that mappings can name without the host giving any; `transforms` adds to them or replaces one. */
export const TRANSFORMS = {
  trim: onText((text) => text.trim()),
  lower_case: onText((text) => text.toLowerCase()),
  upper_case: onText((text) => text.toUpperCase()),
  /** `ann-marie o'neil` → `Ann-Marie O'Neil`. */
  title_case: onText((text) =>
    text.toLowerCase().replace(/(^|[\s\-'’])(\p{L})/gu, (_, before: string, letter: string) => before + letter.toUpperCase()),
  ),
  digits: onText((text) => text.replace(/\D/g, '')),
  first_word: onText((text) => text.trim().split(/\s+/u)[0] ?? ''),
  /** `https://www.example.com/about` → `example.com`. Text that is no address of a public host gives null. */
  host: (value) => {
    if (typeof value !== 'string') return value;
    const read = normalizeDomain(value);
    return read.ok ? read.domain : null;
  },
} as const satisfies Transforms;
