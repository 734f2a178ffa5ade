import type { Write, Wrote } from '../../../ports/connector.ts';
import type { ObjectInfo } from '../describe.ts';

/**
 * Upserts that were refused for a field that only a create may set, without such fields and by their position: the record
 * is there already, and the rest of the upsert is what is left to do.
 */
export function withoutCreateOnly(writes: readonly Write[], wrote: readonly Wrote[], { fields }: ObjectInfo): ReadonlyMap<number, Write> {
  const again = new Map<number, Write>();
  for (const [index, write] of writes.entries()) {
    const outcome = wrote[index];
    if (outcome?.outcome !== 'refused' || outcome.code !== 'read_only_field') continue;
    const values = Object.fromEntries(Object.entries(write.values).filter(([name]) => !isCreateOnly(fields.get(name))));
    if (Object.keys(values).length < Object.keys(write.values).length) again.set(index, { ...write, values });
  }
  return again;
}

const isCreateOnly = (field: { readonly creatable: boolean; readonly updatable: boolean } | undefined): boolean =>
  field?.creatable === true && !field.updatable;
