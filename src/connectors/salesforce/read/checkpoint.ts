import * as z from 'zod';
import { lazy } from '../../../core/base/lazy.ts';
import type { Json } from '../../../core/values/value.ts';
import { CrmSyncError } from '../../../errors.ts';
import { instantLiteral, isPath } from '../query/soql.ts';
import { toId18 } from '../record-id.ts';

const instant = lazy(() => z.iso.datetime());
const recordId = lazy(() => z.string().refine((id) => toId18(id) === id));
const checkpoint = lazy(() =>
  z.discriminatedUnion('mode', [
    z.strictObject({ version: z.literal(1), mode: z.literal('all'), startedAt: instant().nullable(), afterId: recordId().nullable() }),
    z.strictObject({
      version: z.literal(1),
      mode: z.literal('changes'),
      since: instant(),
      startedAt: instant().nullable(),
      afterStamp: instant().nullable(),
      afterId: recordId().nullable(),
      parent: z.string().refine(isPath).exactOptional(),
    }),
  ]),
);

/**
 * Where a read goes on. All times are the CRM's, ISO 8601 UTC.
 *
 * `all`: the first read of everything, in the order of ids. `changes`: everything up to `since` has been read; between
 * two reads the other members are null, during one they say how far it came. `startedAt`: when the read that is under
 * way began, null before its first answer. `parent`: the records' own changes have been read; now come those whose parent
 * at this path has changed, in the order of its stamps, and where it is `JOINED` those that came to a campaign, by id.
 */
export type Checkpoint = z.infer<ReturnType<typeof checkpoint>>;
export type Changes = Extract<Checkpoint, { mode: 'changes' }>;

/** Stands for no parent: those of Salesforce begin with a capital letter, or end in `__r`. */
export const JOINED = 'campaigns';

export const START: Checkpoint = { version: 1, mode: 'all', startedAt: null, afterId: null };

/** Stands for a start that Salesforce did not tell: everything counts as changed since. */
const LONG_AGO = '1970-01-01T00:00:00.000Z';

/** @throws CrmSyncError code `invalid_checkpoint`. */
export function parseCheckpoint(json: Json | null): Checkpoint {
  if (json === null) return START;
  const parsed = checkpoint().safeParse(json);
  if (parsed.success) return parsed.data;
  throw new CrmSyncError('The stored checkpoint is not one that this connector wrote.', {
    code: 'invalid_checkpoint',
    category: 'configuration',
    remedy: 'Read everything again: run `pull({ full: true })`.',
  });
}

/**
 * After a page.
 *
 * @param startedAt - The CRM's clock when the query of the page started, in ms.
 * @param row - Its last row, in Salesforce's order: ids are never compared here.
 */
export function advance(position: Checkpoint, startedAt: number | null, row: { id: string; stamp: string } | null): Checkpoint {
  const began = position.startedAt ?? (startedAt === null ? null : new Date(startedAt).toISOString());
  if (position.mode === 'all') return { ...position, startedAt: began ?? LONG_AGO, afterId: row?.id ?? position.afterId };
  const next = { ...position, startedAt: began ?? position.since };
  return row === null ? next : { ...next, afterStamp: row.stamp, afterId: row.id };
}

/** At the end: changes since the start of this read are still to come, held back by `lagMs`. Never moves back. */
export function finish(position: Checkpoint, lagMs: number): Checkpoint {
  const until = new Date(Date.parse(position.startedAt ?? LONG_AGO) - lagMs).toISOString();
  const since = position.mode === 'changes' && position.since > until ? position.since : until;
  return { version: 1, mode: 'changes', since, startedAt: null, afterStamp: null, afterId: null };
}

/** On to the records whose parent at this path has changed; null: back to the start of the records' own changes. */
export function turnTo({ since, startedAt }: Changes, parent: string | null): Changes {
  const start = { version: 1, mode: 'changes', since, startedAt, afterStamp: null, afterId: null } as const;
  return parent === null ? start : { ...start, parent };
}

/** The lowest stamp that a read of changes looks at, in ms. */
export const firstStamp = ({ since }: Changes, overlapMs: number): number => Date.parse(since) - overlapMs;

/** The lowest stamp that it still has to look at, in ms. */
export const lowestStamp = (position: Changes, overlapMs: number): number =>
  position.afterStamp === null ? firstStamp(position, overlapMs) : Date.parse(position.afterStamp);

/**
 * The condition that leaves out what has been read, or null. A stamp has a resolution of one second and thousands of
 * records may share it, so the id goes with it.
 *
 * @param field - Path to the stamp.
 */
export function keysetClause(position: Checkpoint, overlapMs: number, field = 'SystemModstamp'): string | null {
  if (position.mode === 'all') return position.afterId === null ? null : `Id > '${position.afterId}'`;
  if (position.parent === JOINED) return position.afterId === null ? null : `Id > '${position.afterId}'`;
  const stamp = instantLiteral(lowestStamp(position, overlapMs));
  if (position.afterStamp === null || position.afterId === null) return `${field} >= ${stamp}`;
  return `(${field} > ${stamp} OR (${field} = ${stamp} AND Id > '${position.afterId}'))`;
}
