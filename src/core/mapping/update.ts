import { isBlank } from '../values/blank.ts';
import type { Value } from '../values/value.ts';
import type { UpdateMode } from './mapping-types.ts';

/** What an incoming value does to a field, and why where it does nothing. */
export type Resolution =
  | { readonly action: 'set'; readonly value: Value }
  | { readonly action: 'keep'; readonly reason: 'already_filled' | 'blank' | 'same' }
  | { readonly action: 'merge'; readonly existing: string; readonly incoming: string };

const same = (a: Value, b: Value): boolean => a === b || (typeof a === 'string' && typeof b === 'string' && a.trim() === b.trim());

/**
 * Decides what an analysis result does to the value that is there. A blank result never overwrites; `false` and `0`
 * are values, on both sides. Texts that differ only in spaces around them are the same. `merge` is for text: of any
 * other type the new value is set.
 *
 * Source: Retell AI, "Map CRM fields", Update Modes.
 *
 * @example
 * resolveUpdate({ mode: 'fill_if_empty', existing: null, incoming: 'a@example.com' }) //=> { action: 'set', value: 'a@example.com' }
 * resolveUpdate({ mode: 'fill_if_empty', existing: false, incoming: true }) //=> { action: 'keep', reason: 'already_filled' }
 * resolveUpdate({ mode: 'overwrite', existing: 'New', incoming: '' }) //=> { action: 'keep', reason: 'blank' }
 * resolveUpdate({ mode: 'merge', existing: 'Likes tea.', incoming: 'Wants a demo.' }) //=> { action: 'merge', existing: 'Likes tea.', incoming: 'Wants a demo.' }
 */
export function resolveUpdate({
  mode,
  existing,
  incoming,
}: {
  readonly mode: UpdateMode;
  readonly existing: Value;
  readonly incoming: Value;
}): Resolution {
  if (isBlank(incoming)) return { action: 'keep', reason: 'blank' };
  if (isBlank(existing)) return { action: 'set', value: incoming };
  if (same(existing, incoming)) return { action: 'keep', reason: 'same' };
  if (mode === 'fill_if_empty') return { action: 'keep', reason: 'already_filled' };
  if (mode === 'merge' && typeof existing === 'string' && typeof incoming === 'string') return { action: 'merge', existing, incoming };
  return { action: 'set', value: incoming };
}
