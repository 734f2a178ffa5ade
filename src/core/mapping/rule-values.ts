import { CrmSyncError } from '../../errors.ts';
import { listNames } from '../base/text.ts';
import { isValue } from '../values/is-value.ts';
import { type Refusal, refuse } from '../values/refusal.ts';
import type { Value } from '../values/value.ts';
import type { Transform, Transforms } from './mapping-types.ts';
import { TRANSFORMS } from './transforms.ts';

export type ValueMap = Readonly<Record<string, string | number | boolean>>;

/**
 * The field value that stands for a CRM value or an analysis result: the text matches exactly, else in any case. What
 * is not listed stays as it is.
 *
 * @example
 * mapIn({ Hot: 'Qualified' }, 'hot') //=> 'Qualified'
 * mapIn({ true: 'Yes' }, true) //=> 'Yes'
 * mapIn({ Hot: 'Qualified' }, 'Cold') //=> 'Cold'
 */
export function mapIn<T>(map: ValueMap | undefined, value: T): T | string | number | boolean {
  if (map === undefined || (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'boolean')) return value;
  const text = String(value);
  if (Object.hasOwn(map, text)) return map[text]!;
  const wanted = text.toLowerCase();
  const name = Object.keys(map).find((key) => key.toLowerCase() === wanted);
  return name === undefined ? value : map[name]!;
}

/**
 * The CRM's word for a field value: a value map read backwards.
 *
 * @example
 * mapOut({ Hot: 'Qualified' }, 'Qualified') //=> 'Hot'
 * mapOut({ Hot: 'Qualified' }, null) //=> null
 */
export function mapOut(map: ValueMap | undefined, value: Value): Value {
  if (map === undefined || value === null) return value;
  return Object.entries(map).find(([, mapped]) => mapped === value)?.[0] ?? value;
}

/**
 * The function that a rule names: one of the host's, else one of ours.
 *
 * @throws CrmSyncError `unknown_transform`, category `configuration`.
 */
export function namedTransform(name: string, transforms: Transforms = {}): Transform {
  for (const known of [transforms, TRANSFORMS as Transforms]) if (Object.hasOwn(known, name)) return known[name]!;
  const names = [...new Set([...Object.keys(TRANSFORMS), ...Object.keys(transforms)])];
  throw new CrmSyncError(`There is no transform \`${name}\`.`, {
    code: 'unknown_transform',
    category: 'configuration',
    remedy: `Give the function under this name in \`transforms\`, or use one of ${listNames(names)}.`,
  });
}

/** A transform is the host's code: where it throws, or answers no value, its field is refused and the others go on. */
export function applyTransform<T>(transform: Transform | undefined, value: T): { readonly ok: true; readonly value: T | Value } | Refusal {
  if (transform === undefined) return { ok: true, value };
  try {
    const result: unknown = transform(value as Value);
    if (isValue(result)) return { ok: true, value: result };
  } catch {
    // Refused below: what the function threw may hold the value.
  }
  return refuse(
    'not_text',
    'The transform gave no usable value.',
    'Let the transform answer text, a finite number, true/false or null for every value, null too.',
  );
}
