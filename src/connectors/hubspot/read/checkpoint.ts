import * as z from 'zod';
import { lazy } from '../../../core/base/lazy.ts';
import type { Json } from '../../../core/values/value.ts';
import { CrmSyncError } from '../../../errors.ts';
import { recordId } from '../objects.ts';

/** A cursor of HubSpot that a mark may hold. */
export const MARK = /^[\x21-\x7e]{1,500}$/;
const instant = lazy(() => z.iso.datetime());
const id = lazy(() => z.string().refine((text) => recordId(text) === text));
export const listMark = lazy(() => z.strictObject({ after: z.string().regex(MARK), first: id() }));
const checkpoint = lazy(() =>
  z.discriminatedUnion('mode', [
    z.strictObject({
      version: z.literal(1),
      mode: z.literal('list'),
      startedAt: instant().nullable(),
      after: z
        .string()
        .regex(/^[\w=-]{1,200}$/)
        .nullable(),
    }),
    z.strictObject({ version: z.literal(1), mode: z.literal('search'), startedAt: instant().nullable(), afterId: id().nullable() }),
    z.strictObject({
      version: z.literal(1),
      mode: z.literal('changes'),
      since: instant(),
      startedAt: instant().nullable(),
      afterId: id().nullable(),
      company: z.strictObject({ afterId: id().nullable(), recordAfterId: id().nullable() }).exactOptional(),
      joined: z.strictObject({ recordAfterId: id().nullable() }).exactOptional(),
      marks: z.record(id(), listMark()).exactOptional(),
    }),
  ]),
);

/**
 * Where a read goes on. All times are the CRM's, ISO 8601 UTC.
 *
 * `list`: the first read of everything, by HubSpot's own cursor. `search`: the same through the search, for a sample of
 * what a filter lets through. `changes`: everything up to `since` has been read; between two reads the other members are
 * null, during one `afterId` says how far it came. `startedAt`: when the read that is under way began, null before its
 * first answer. `company`: the records' own changes are read, and it goes on with the records of changed companies, behind
 * the company `afterId`; of the page of companies that follows, behind the record `recordAfterId`. `joined`: those are read
 * too, and it goes on with records that came on a list. `marks`: by list, the last page of its members as it was.
 */
export type Checkpoint = z.infer<ReturnType<typeof checkpoint>>;
export type ListMark = z.infer<ReturnType<typeof listMark>>;
export type ChangesCheckpoint = Checkpoint & { readonly mode: 'changes' };

export const startOfAll = (mode: 'list' | 'search'): Checkpoint =>
  mode === 'list' ? { version: 1, mode, startedAt: null, after: null } : { version: 1, mode, startedAt: null, afterId: null };

/** Before the first changed company. */
export const FROM_THE_FIRST = { afterId: null, recordAfterId: null } as const;

/** Stands for a start that HubSpot did not tell: everything counts as changed since. */
const LONG_AGO = '1970-01-01T00:00:00.000Z';

/** @throws CrmSyncError code `invalid_checkpoint`. */
export function parseCheckpoint(json: Json): Checkpoint {
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
 * @param startedAt - The CRM's clock when the request of the page started, in ms.
 * @param next - HubSpot's cursor of the next page in a list, the last id of the page elsewhere; null: it had none.
 */
export function advance(position: Checkpoint, startedAt: number | null, next: string | null): Checkpoint {
  const began = position.startedAt ?? (startedAt === null ? null : new Date(startedAt).toISOString());
  if (position.mode === 'list') return { ...position, startedAt: began ?? LONG_AGO, after: next ?? position.after };
  if (position.mode === 'search') return { ...position, startedAt: began ?? LONG_AGO, afterId: next ?? position.afterId };
  return { ...position, startedAt: began ?? position.since, afterId: next ?? position.afterId };
}

/** At the end: changes since the start of this read are still to come, held back by `lagMs`. Never moves back. */
export function finish(position: Checkpoint, lagMs: number): Checkpoint {
  const began = Date.parse(position.startedAt ?? LONG_AGO);
  const until = new Date(Math.max(0, began - lagMs)).toISOString();
  const since = position.mode === 'changes' && position.since > until ? position.since : until;
  const marks = position.mode === 'changes' && position.marks ? { marks: position.marks } : {};
  return { version: 1, mode: 'changes', since, startedAt: null, afterId: null, ...marks };
}

/** The lowest stamp that a read of changes looks at, in ms: late commits and the lag of the search index come after their own. */
export const lowestStamp = (position: ChangesCheckpoint, overlapMs: number): number => Math.max(0, Date.parse(position.since) - overlapMs);
