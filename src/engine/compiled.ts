import { compileMapping } from '../core/compile.ts';
import type { DescribedObject } from '../core/described.ts';
import type { CompiledMapping, Mapping } from '../core/mapping-types.ts';
import type { Context } from './context.ts';
import type { Session } from './session.ts';

/** The mapping of an object against the CRM as described now: hidden fields become absent, targets bring their limits. */
export async function compiled(context: Context, session: Session, mapping: Mapping): Promise<CompiledMapping> {
  const described = await context.connector.describe(mapping.crmObject, session.call);
  return compile(context, mapping, described);
}

/** Without the CRM: enough to know match keys and fingerprints. */
export function compile(context: Context, mapping: Mapping, described?: DescribedObject): CompiledMapping {
  const { defaultCountry, timeZone, transforms } = context.options;
  return compileMapping(context.schema, mapping, {
    matchFields: context.connector.capabilities.matchFields,
    ...(defaultCountry !== undefined && { defaultCountry }),
    ...(timeZone !== undefined && { timeZone }),
    ...(transforms !== undefined && { transforms }),
    ...(described !== undefined && { described }),
  });
}
