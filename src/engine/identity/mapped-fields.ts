import { compile } from '../compiled.ts';
import type { Context } from '../context.ts';

/** What a link's plan is called where its mapping keys are told: the first part of it says all that counts. */
export const planName = (plan: string): string => plan.split('.')[0] as string;

/** By plan of each mapping: the contact field that its mapping keys go to. */
export function mappedFields(context: Context): Readonly<Record<string, Readonly<Record<string, string>>>> {
  return Object.fromEntries(
    context.mappings.map((mapping) => {
      const { planFingerprint, rules } = compile(context, mapping);
      return [planName(planFingerprint), Object.fromEntries(rules.map(({ key, field }) => [key, field]))];
    }),
  );
}
