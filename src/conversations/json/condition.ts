import { valueAt } from '../../core/base/json-path.ts';
import type { Condition } from './mapping-types.ts';

/** True where every condition holds; none is none to fail. */
export const holds = (conditions: Condition | readonly Condition[] | undefined, payload: unknown): boolean =>
  [conditions ?? []].flat().every((condition) => isMet(condition as Condition, payload));

function isMet(condition: Condition, payload: unknown): boolean {
  const found = valueAt(payload, condition.path) ?? null;
  if ('exists' in condition) return (found !== null) === condition.exists;
  if (found === null || typeof found === 'object') return false;
  const wanted = 'in' in condition ? condition.in : [condition.equals];
  return wanted.some((one) => String(one) === String(found));
}
