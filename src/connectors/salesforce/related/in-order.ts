import type { LoadedOption } from '../../../core/forms/log-form.ts';
import { isOpen } from '../../../core/forms/options-of.ts';

/** Each once, open ones first, then those that changed last, then by id; and whether there are more than `limit`. */
export function inOrder(
  options: readonly LoadedOption[],
  limit: number,
): { readonly options: readonly LoadedOption[]; readonly more?: true } {
  const each = [...new Map(options.map((option) => [option.const, option])).values()].sort(compare);
  return { options: each.slice(0, limit), ...(each.length > limit ? { more: true as const } : {}) };
}

function compare(a: LoadedOption, b: LoadedOption): number {
  if (isOpen(a) !== isOpen(b)) return isOpen(a) ? -1 : 1;
  const [changed, other] = [a.updatedAt ?? '', b.updatedAt ?? ''];
  if (changed !== other) return changed > other ? -1 : 1;
  return String(a.const) < String(b.const) ? -1 : 1;
}
