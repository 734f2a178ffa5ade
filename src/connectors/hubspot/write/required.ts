import type { Wrote } from '../../../ports/connector.ts';
import { objectKind } from '../objects.ts';
import { kindOf, type WireWrite } from './batch.ts';

/** Writes without those that HubSpot would refuse for what they lack; one outcome per write, in order. */
export async function withoutIncomplete(
  writes: readonly WireWrite[],
  write: (complete: readonly WireWrite[]) => Promise<readonly Wrote[]>,
): Promise<readonly Wrote[]> {
  const outcomes = new Map(
    writes.flatMap((each) => {
      const missing = missingOnCreate(each);
      return missing === null ? [] : [[each, missing] as const];
    }),
  );
  const complete = writes.filter((each) => !outcomes.has(each));
  const wrote = complete.length === 0 ? [] : await write(complete);
  for (const [index, each] of complete.entries()) outcomes.set(each, wrote[index]!);
  return writes.map((each) => outcomes.get(each)!);
}

/**
 * Why HubSpot would refuse to make this record, told before anything is sent; null for everything else. What the portal
 * itself requires beside that, only its answer tells. An upsert may meet a record that is there.
 */
function missingOnCreate({ write, properties }: WireWrite): Wrote | null {
  if (kindOf(write) !== 'create') return null;
  const { name, required, requiredOneOf } = objectKind(write.object);
  const missing = required.find((each) => !Object.hasOwn(properties, each));
  if (missing !== undefined)
    return refused(`HubSpot makes no record of ${name} without \`${missing}\`: map it, or give it a default.`, missing);
  if (requiredOneOf.length === 0 || requiredOneOf.some((each) => Object.hasOwn(properties, each))) return null;
  return refused(`HubSpot makes no record of ${name} without one of ${requiredOneOf.join(', ')}: map one of them, or give it a default.`);
}

const refused = (remedy: string, field?: string): Wrote => ({
  outcome: 'refused',
  code: 'required_field_missing',
  remedy,
  retryable: false,
  ...(field === undefined ? {} : { field }),
});
