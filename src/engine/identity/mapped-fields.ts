import { planName } from '../../core/mapping/plan-fingerprint.ts';
import { compile } from '../compiled.ts';
import type { Context } from '../context.ts';

/** By plan of each mapping: the contact field that its mapping keys go to. */
export function mappedFields(context: Context): Readonly<Record<string, Readonly<Record<string, string>>>> {
  return Object.fromEntries(
    context.mappings.map((mapping) => {
      const { planFingerprint, rules } = compile(context, mapping);
      return [planName(planFingerprint), Object.fromEntries(rules.map(({ key, field }) => [key, field]))];
    }),
  );
}
