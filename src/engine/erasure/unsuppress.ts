import { type Suppressed, suppressionKeys } from '../../core/link/suppression.ts';
import { parseFieldPatch } from '../../core/schema/schema.ts';
import { refusedDocument } from '../../errors.ts';
import type { EntryChange } from '../../ports/store.ts';
import { untilCommitted } from '../commit.ts';
import type { Context } from '../context.ts';
import { KIND } from '../kinds.ts';
import { recheckEntry } from '../recheck.ts';
import { Session } from '../session.ts';
import { loadErasures } from './suppressions.ts';

/** An erased person as whoever lets them in again knows them. */
export interface ErasedPerson {
  /** Match keys, such as `{ phone_number: '+14155550123' }`. */
  readonly keys?: Readonly<Record<string, string>>;
  /** Records of this connection's CRM: the next pull fetches them. */
  readonly records?: readonly { readonly object: string; readonly id: string }[];
}

/**
 * Lets an erased person be made a contact again. Nobody but the caller can say who that is: hashes can't be listed.
 *
 * @returns How many suppressions were lifted.
 */
export async function unsuppress(context: Context, { keys = {}, records = [] }: ErasedPerson): Promise<number> {
  const { defaultCountry } = context.options;
  const parsed = parseFieldPatch(context.schema, keys, defaultCountry === undefined ? {} : { defaultCountry });
  if (!parsed.ok) throw refusedDocument('The keys of an erased person', parsed.issues);
  const { connection } = context;
  const named: Suppressed[] = [
    ...Object.entries(parsed.value).flatMap(([field, value]): Suppressed[] =>
      typeof value === 'string' ? [{ entity: 'contact', field, value }] : [],
    ),
    ...records.map(({ object, id }) => ({ connection, object, recordId: id })),
  ];
  const session = new Session(context);
  const { result } = await untilCommitted(context, session, async () => {
    const { secret } = await loadErasures(context);
    if (secret === null || named.length === 0) return { result: 0, changes: null };
    const hashes = [...new Set(named.flatMap((one) => suppressionKeys(secret, one)))];
    const there = await context.store.entries({ scope: 'workspace', kind: KIND.suppression, keys: hashes, limit: hashes.length });
    const lifted = there.map(({ scope, kind, key, version }): EntryChange => ({ scope, kind, key, expected: version, put: 'delete' }));
    const now = session.storeNow();
    const fetched = records.map(({ object, id }) => recheckEntry({ object, recordId: id, code: 'released', attempts: 0 }, now));
    return { result: lifted.length, changes: { rows: [], entries: [...lifted, ...fetched] } };
  });
  return result;
}
