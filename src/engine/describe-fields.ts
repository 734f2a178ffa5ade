import type { DescribedField, DescribedObject } from '../core/schema/described.ts';
import { parentFields } from '../core/schema/parent-fields.ts';
import { isCrmSyncError } from '../errors.ts';
import type { Context } from './context.ts';
import { Session } from './session.ts';

export interface DescribeFieldsOptions {
  /** Fields of parents too, under dotted paths (`Account.Name`): of all that the CRM tells of, or of those named. Default false. */
  readonly parents?: boolean | readonly string[];
}

/** The fields of a CRM object, and of its parents where they are asked for: one call more for each object that they are records of. */
export async function describeFields(
  context: Context,
  object: string,
  { parents = false }: DescribeFieldsOptions,
): Promise<readonly DescribedField[]> {
  const { call } = new Session(context, { interactive: true });
  const described = await context.connector.describe(object, call);
  const wanted = (described.parents ?? []).filter(({ name }) => (typeof parents === 'boolean' ? parents : parents.includes(name)));
  const known = new Map<string, DescribedObject | null>([[object, described]]);
  for (const parent of wanted)
    if (!known.has(parent.object))
      known.set(parent.object, await context.connector.describe(parent.object, call).catch(nullWhereNotVisible));
  return [
    ...described.fields,
    ...wanted.flatMap((parent) => {
      const of = known.get(parent.object);
      return of ? parentFields(parent, of) : [];
    }),
  ];
}

/** A parent that the connected user may not see has no fields for it. */
function nullWhereNotVisible(error: unknown): null {
  if (isCrmSyncError(error) && error.category === 'permission') return null;
  throw error;
}
