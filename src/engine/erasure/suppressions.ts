import type { Version } from '../../core/link/link.ts';
import { type Suppressed, suppressionKey, suppressionKeys } from '../../core/link/suppression.ts';
import type { CompiledMapping } from '../../core/mapping/mapping-types.ts';
import type { MatchValues } from '../../core/sync/plan-types.ts';
import type { Json, Millis } from '../../core/values/value.ts';
import { CrmSyncError } from '../../errors.ts';
import type { EntryChange } from '../../ports/store.ts';
import type { Context } from '../context.ts';
import { KIND } from '../kinds.ts';

/** Whether anybody was erased in this workspace, and the key of the hashes. */
export interface Erasures {
  /** Null: nobody was. */
  readonly secret: string | null;
  readonly version: Version | null;
}

export const ERASURE_KEY = { scope: 'workspace', kind: KIND.erasure, key: 'state' } as const;

/** @throws CrmSyncError `erasure_key_differs`: with another key, those who were erased would come back. */
export async function loadErasures({ store, options }: Context): Promise<Erasures> {
  const { scope, kind, key } = ERASURE_KEY;
  const [entry] = await store.entries({ scope, kind, keys: [key], limit: 1 });
  if (entry === undefined) return { secret: null, version: null };
  const { secret: stored, check } = entry.body as unknown as ErasureState;
  const secret = options.erasureKey ?? stored;
  if (secret === null || (stored !== null && stored !== secret) || (check !== undefined && check !== checkOf(secret))) throw keyDiffers();
  return { secret, version: entry.version };
}

interface ErasureState {
  /** Null: it is the host's. */
  readonly secret: string | null;
  /** Tells another key of the host's from the one that hashes were made with. */
  readonly check?: string;
}

export const erasureState = ({ options }: Context, secret: string): Json =>
  options.erasureKey === undefined ? { secret } : { secret: null, check: checkOf(secret) };

const checkOf = (secret: string): string => suppressionKey(secret, { entity: 'contact', field: '', value: '' });

const keyDiffers = (): CrmSyncError =>
  new CrmSyncError('People were erased with another key, without which nobody can tell who they are.', {
    code: 'erasure_key_differs',
    category: 'configuration',
    remedy: 'Give every connection of the workspace the `erasureKey` of its first erasure, or none if that was made without one.',
  });

/** For the commit of whatever is new: an erasure in between makes it plan again (R21). */
export const erasureFence = ({ version }: Erasures): EntryChange => ({ ...ERASURE_KEY, expected: version });

/** What is noted of an erased person. */
export function suppressionEntry(secret: string, suppressed: Suppressed, now: Millis): EntryChange {
  const key = suppressionKey(secret, suppressed);
  return { scope: 'workspace', kind: KIND.suppression, key, expected: 'any', put: { body: { at: new Date(now).toISOString() } } };
}

/**
 * Records that were made for contacts which were erased meanwhile: their erasure could not know them, and nobody is made of them,
 * whatever number they get.
 */
export async function suppressLate(context: Context, object: string, recordIds: readonly string[], now: Millis): Promise<EntryChange[]> {
  if (recordIds.length === 0) return [];
  const { secret } = await loadErasures(context);
  if (secret === null) return [];
  const { connection } = context;
  return recordIds.map((recordId) => suppressionEntry(secret, { connection, object, recordId }, now));
}

/** Which of these are suppressed, by their index. */
async function areSuppressed({ store }: Context, secret: string, asked: readonly Suppressed[]): Promise<readonly boolean[]> {
  const keys = asked.map((one) => suppressionKeys(secret, one));
  if (keys.length === 0) return [];
  const wanted = [...new Set(keys.flat())];
  const found = await store.entries({ scope: 'workspace', kind: KIND.suppression, keys: wanted, limit: wanted.length });
  const there = new Set(found.map(({ key }) => key));
  return keys.map((some) => some.some((key) => there.has(key)));
}

export const suppressedKeys = (entity: CompiledMapping['entity'], keys: MatchValues): readonly Suppressed[] =>
  Object.entries(keys).map(([field, value]) => ({ entity, field, value }));

/** Records of erased people: `record`, the very one; `key`, one with a match key of theirs, which makes no contact. */
export type ErasedRecords = ReadonlyMap<string, 'record' | 'key'>;

/** What an erasure says of records without a link, and what their commit has to expect. */
export async function erasedRecords(
  context: Context,
  { crmObject: object, entity }: CompiledMapping,
  unlinked: ReadonlyMap<string, MatchValues>,
): Promise<{ readonly erased: ErasedRecords; readonly fence: readonly EntryChange[] }> {
  if (unlinked.size === 0) return { erased: new Map(), fence: [] };
  const erasures = await loadErasures(context);
  const fence = [erasureFence(erasures)];
  const { secret } = erasures;
  if (secret === null) return { erased: new Map(), fence };
  const { connection } = context;
  const asked = [...unlinked].flatMap(([recordId, keys]) => [
    { recordId, by: 'record' as const, suppressed: { connection, object, recordId } },
    ...suppressedKeys(entity, keys).map((suppressed) => ({ recordId, by: 'key' as const, suppressed })),
  ]);
  const answers = await areSuppressed(
    context,
    secret,
    asked.map(({ suppressed }) => suppressed),
  );
  const erased = new Map<string, 'record' | 'key'>();
  for (const [index, { recordId, by }] of asked.entries())
    if (answers[index] && erased.get(recordId) !== 'record') erased.set(recordId, by);
  return { erased, fence };
}

/** Of people who are about to be made: those who were erased, by index. */
export async function erasedPeople(
  context: Context,
  entity: CompiledMapping['entity'],
  people: readonly MatchValues[],
): Promise<{ readonly erased: readonly boolean[]; readonly fence: EntryChange }> {
  const erasures = await loadErasures(context);
  const fence = erasureFence(erasures);
  const { secret } = erasures;
  if (secret === null) return { erased: people.map(() => false), fence };
  const asked = people.flatMap((keys, index) => suppressedKeys(entity, keys).map((suppressed) => ({ index, suppressed })));
  const answers = await areSuppressed(
    context,
    secret,
    asked.map(({ suppressed }) => suppressed),
  );
  const hit = new Set(asked.flatMap(({ index }, position) => (answers[position] ? [index] : [])));
  return { erased: people.map((_, index) => hit.has(index)), fence };
}

export const ERASED_REMEDY =
  'Nothing to do: this person was erased here. Delete the record in the CRM, or let the person in again with `contacts.unsuppress()`.';
