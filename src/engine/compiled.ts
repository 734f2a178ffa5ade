import { compileMapping } from '../core/mapping/compile.ts';
import type { CompiledMapping, CompileOptions, Mapping } from '../core/mapping/mapping-types.ts';
import type { DescribedObject } from '../core/schema/described.ts';
import type { Context } from './context.ts';
import type { Session } from './session.ts';

/** The mapping of an object against the CRM as described now: hidden fields become absent, targets bring their limits. */
export async function compiled(context: Context, session: Session, mapping: Mapping): Promise<CompiledMapping> {
  const described = await context.connector.describe(mapping.crmObject, session.call);
  return compile(context, mapping, described);
}

/** By an engine's mapping, which is its alone, and what the CRM has told of the object: a run asks for the same one at every turn. */
const known = new WeakMap<Mapping, Map<DescribedObject | undefined, CompiledMapping>>();
/** A CRM is described anew now and then; of the older answers nobody asks again. */
const KNOWN_MAX = 4;

/** Without the CRM: enough to know match keys and fingerprints. */
export function compile(context: Context, mapping: Mapping, described?: DescribedObject): CompiledMapping {
  const made = known.get(mapping) ?? new Map<DescribedObject | undefined, CompiledMapping>();
  const before = made.get(described);
  if (before !== undefined) return before;
  const fresh = compileMapping(context.schema, mapping, { ...compileOptions(context), ...(described !== undefined && { described }) });
  if (made.size >= KNOWN_MAX) made.clear();
  made.set(described, fresh);
  known.set(mapping, made);
  return fresh;
}

export function compileOptions({ connector, options }: Context): Omit<CompileOptions, 'described'> {
  const { defaultCountry, timeZone, transforms, policies, companies } = options;
  return {
    matchFields: connector.capabilities.matchFields,
    ...(defaultCountry !== undefined && { defaultCountry }),
    ...(timeZone !== undefined && { timeZone }),
    ...(transforms !== undefined && { transforms }),
    ...(policies !== undefined && { policies }),
    ...(companies?.contactField !== undefined && { companyField: companies.contactField }),
  };
}
