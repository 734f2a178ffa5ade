import * as z from 'zod';
import { lazy } from '../../../core/base/lazy.ts';
import type { Finding } from '../../../core/checks/finding.ts';
import { CrmSyncError } from '../../../errors.ts';
import { shownCode } from '../../../http/answers.ts';
import type { Call } from '../../../ports/connector.ts';
import type { Client } from '../client.ts';
import { objectTypeId } from '../objects.ts';
import { validationsOf } from '../paths.ts';

const rules = lazy(() =>
  z.object({
    results: z.array(z.object({ propertyName: z.string(), propertyValidationRules: z.array(z.object({ ruleType: z.string() })) })),
  }),
);

/**
 * Rules by which the account checks the values of properties that are written, where the token may read them. Which
 * properties are required HubSpot does not list: a refusal names them.
 *
 * Source: HubSpot developer docs, "Property validations".
 */
export async function checkRules(
  client: Client,
  { object, fields }: { readonly object: string; readonly fields: readonly string[] },
  call: Call,
): Promise<readonly Finding[]> {
  try {
    const { body } = await client.read(validationsOf(objectTypeId(object)), {}, call);
    return ruleFindings(body, object, fields);
  } catch (error) {
    if (error instanceof CrmSyncError && ['permission', 'not_found', 'validation'].includes(error.category)) return [];
    throw error;
  }
}

/** Reads the answer; one in another form says nothing. */
export function ruleFindings(body: unknown, object: string, fields: readonly string[]): readonly Finding[] {
  const { results = [] } = rules().safeParse(body).data ?? {};
  return results
    .filter(({ propertyName, propertyValidationRules }) => fields.includes(propertyName) && propertyValidationRules.length > 0)
    .map(({ propertyName, propertyValidationRules }) => ({
      level: 'advice',
      code: 'property_rule',
      message: `HubSpot checks what is written to ${propertyName} by rules of the account: ${propertyValidationRules.map(({ ruleType }) => shownCode(ruleType)).join(', ')}.`,
      remedy: 'Make sure that the values keep the rules, for example with a `transform`: another value is refused, kept and reported.',
      who: 'developer',
      at: { object, field: propertyName },
    }));
}
