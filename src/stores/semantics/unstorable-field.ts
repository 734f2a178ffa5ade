import type { Fields, Value } from '../../core/values/value.ts';

const isValue = (value: unknown): value is Value =>
  value === null || typeof value === 'string' || typeof value === 'boolean' || (typeof value === 'number' && Number.isFinite(value));

/** Why a row can't be stored, or null. JSON would turn NaN into null and drop undefined without a word. */
export function unstorableField(fields: Fields): { readonly code: string; readonly message: string } | null {
  const field = Object.keys(fields).find((name) => !isValue(fields[name]));
  if (field === undefined) return null;
  return { code: 'unstorable_value', message: `Field ${JSON.stringify(field)} holds neither text, a finite number, a boolean nor null.` };
}
