import { decideFilter } from '../../core/mapping/decide-filter.ts';
import { filterFields } from '../../core/mapping/filter.ts';
import type { CompiledMapping } from '../../core/mapping/mapping-types.ts';
import type { Json } from '../../core/values/value.ts';
import type { Call } from '../../ports/connector.ts';
import type { EntryChange, Row } from '../../ports/store.ts';
import type { Context } from '../context.ts';
import { KIND } from '../kinds.ts';
import { recheckEntry } from '../recheck.ts';

/** Of whom each path of the filter is true, where the connector can tell all of them. */
export type MembersByPath = ReadonlyMap<string, ReadonlySet<string>>;

interface Compared {
  readonly byPath: MembersByPath;
  /** Once every link was compared: what the next comparison goes by. */
  readonly done: EntryChange;
}

/** Null: nobody has come or gone since the last comparison, or the filter asks for nothing of the kind. */
export async function changedMembers(
  context: Context,
  { crmObject: object, filter, readFingerprint: fingerprint }: CompiledMapping,
  call: Call,
): Promise<Compared | null> {
  const { connector, store } = context;
  if (filter === null || connector.members === undefined) return null;
  const [entry] = await store.entries({ scope: 'connection', kind: KIND.members, keys: [object], limit: 1 });
  const stored = entry?.body as { readonly fingerprint: string; readonly known: Readonly<Record<string, Json>> } | undefined;
  const before = stored?.fingerprint === fingerprint ? stored.known : {};
  const ask = async (paths: readonly string[], isKnown: boolean) => {
    const answers = new Map<string, { readonly ids: readonly string[] | null; readonly known: Json }>();
    for (const path of paths) {
      const known = isKnown ? (before[path] ?? null) : null;
      const answer = await connector.members?.({ object, path, known }, call);
      if (answer != null) answers.set(path, answer);
    }
    return answers;
  };
  const answers = await ask(filterFields(filter), true);
  const same = [...answers].filter(([, { ids }]) => ids === null).map(([path]) => path);
  if (same.length === answers.size) return null;
  // Where a condition on one has changed, the others decide as well.
  for (const [path, answer] of await ask(same, false)) answers.set(path, answer);
  const known = Object.fromEntries([...answers].map(([path, answer]) => [path, answer.known]));
  return {
    byPath: new Map([...answers].map(([path, { ids }]) => [path, new Set(ids)])),
    done: { scope: 'connection', kind: KIND.members, key: object, expected: 'any', put: { body: { fingerprint, known } } },
  };
}

/** Links of a page whose state is no longer what the members say: their records are read again (R16). */
export function movedByMembers(
  { crmObject: object, filter }: CompiledMapping,
  rows: readonly Row[],
  byPath: MembersByPath,
  now: number,
): readonly EntryChange[] {
  if (filter === null) return [];
  const hasMoved = (recordId: string, isLeft: boolean): boolean => {
    const known = new Map([...byPath].map(([path, ids]) => [path, ids.has(recordId)]));
    return decideFilter(filter, known) === isLeft;
  };
  return rows
    .filter(({ removed }) => removed !== true)
    .flatMap(({ links }) => links)
    .filter((link) => link.object === object && (link.state === 'active' || link.state === 'left_filter'))
    .flatMap(({ recordId, state }) => (recordId !== null && hasMoved(recordId, state === 'left_filter') ? [recordId] : []))
    .map((recordId) => recheckEntry({ object, recordId, code: 'released', attempts: 0 }, now));
}
