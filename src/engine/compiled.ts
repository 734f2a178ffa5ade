import { compileMapping } from '../core/compile.ts';
import type { DescribedObject } from '../core/described.ts';
import type { CompiledMapping, CompileOptions, Mapping } from '../core/mapping-types.ts';
import type { Context } from './context.ts';
import type { Session } from './session.ts';

/** The mapping of an object against the CRM as described now: hidden fields become absent, targets bring their limits. */
export async function compiled(context: Context, session: Session, mapping: Mapping): Promise<CompiledMapping> {
  const described = await context.connector.describe(mapping.crmObject, session.call);
  return compile(context, mapping, described);
}

/** Without the CRM: enough to know match keys and fingerprints. */
export const compile = (context: Context, mapping: Mapping, described?: DescribedObject): CompiledMapping =>
  compileMapping(context.schema, mapping, { ...compileOptions(context), ...(described !== undefined && { described }) });

export function compileOptions({ connector, options }: Context): Omit<CompileOptions, 'described'> {
  const { defaultCountry, timeZone, transforms, policies } = options;
  return {
    matchFields: connector.capabilities.matchFields,
    ...(defaultCountry !== undefined && { defaultCountry }),
    ...(timeZone !== undefined && { timeZone }),
    ...(transforms !== undefined && { transforms }),
    ...(policies !== undefined && { policies }),
  };
}
