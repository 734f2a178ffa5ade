import { recordLabel } from '../../core/schema/record-label.ts';
import type { Row, StoredLink } from '../../ports/store.ts';
import { contactOf } from '../contact.ts';
import type { Context } from '../context.ts';
import type { Match, MatchOrigin } from './match.ts';
import type { RecordOptions } from './options-of-records.ts';
import type { FoundRecord, Standing } from './record-reader.ts';

/** What is known of the records of one object. */
export interface ObjectFindings {
  readonly object: string;
  /** Those that have the number in the CRM. */
  readonly found: readonly FoundRecord[];
  /** What has become of linked records that the search did not bring; one that is not here stands as it was known. */
  readonly standings: ReadonlyMap<string, Standing>;
  /** By record: the contact that has it. */
  readonly holders: ReadonlyMap<string, Row>;
  readonly optionsOf: (recordId: string) => RecordOptions;
  /** Why the object was not searched, or not to the end. */
  readonly problem: { readonly code: string } | null;
}

/** A link whose record can be logged on: one that the CRM did not show when it was asked last is none. */
export const recordsOf = (row: Row, object: string): readonly (StoredLink & { readonly recordId: string })[] =>
  row.links.flatMap((link) =>
    link.object === object && link.recordId !== null && REACHABLE.has(link.state) ? [{ ...link, recordId: link.recordId }] : [],
  );
const REACHABLE: ReadonlySet<StoredLink['state']> = new Set(['active', 'ambiguous', 'left_filter']);

const RANK: Readonly<Record<MatchOrigin, number>> = { contact: 0, linked_record: 1, record: 2 };
const LABEL = { first: 'first_name', last: 'last_name', full: null, email: 'email' };

/** A record of a contact as it is now. */
interface LinkedRecord {
  readonly recordId: string;
  /** As the CRM just showed it. */
  readonly record: FoundRecord | undefined;
  /** The CRM's stamp as it was planned last. */
  readonly modifiedAt: string | null;
}

/** The records that a contact has now: one that was merged into another is that one, one that is gone is none. */
export function linkedRecords(row: Row, { object, found, standings }: Omit<ObjectFindings, 'optionsOf'>): readonly LinkedRecord[] {
  return recordsOf(row, object).flatMap(({ recordId, body: { modifiedAt } }): readonly LinkedRecord[] => {
    const standing = standings.get(recordId);
    if (standing?.is === 'gone' || (standing?.is === 'merged' && standing.object !== object)) return [];
    const id = standing?.is === 'merged' ? standing.recordId : recordId;
    const record = standing?.is === 'there' ? standing.record : found.find((one) => one.recordId === id);
    return [{ recordId: id, record, modifiedAt }];
  });
}

/** By record: the contact whose record of another object became it. */
function converted(rows: readonly Row[], findings: readonly ObjectFindings[]): ReadonlyMap<string, Row> {
  const holders = new Map<string, Row>();
  for (const { object, standings } of findings)
    for (const row of rows)
      for (const { recordId } of recordsOf(row, object)) {
        const standing = standings.get(recordId);
        if (standing?.is === 'merged' && standing.object !== object) holders.set(`${standing.object} ${standing.recordId}`, row);
      }
  return holders;
}

/**
 * All matches in one order: contacts that have the number here come first, those with a record before those without, then records of
 * other contacts, then records that are nobody's here; within that by object as asked, what changed last first, and by id.
 */
export function matchesOf(context: Context, rows: readonly Row[], findings: readonly ObjectFindings[], number: string): readonly Match[] {
  const unasked = findings.flatMap(({ object, problem }) => (problem === null ? [] : [{ object, code: problem.code }]));
  const told = unasked.length > 0 && { unasked };
  const became = converted(rows, findings);
  const withRecords = findings.flatMap((one) => {
    const linked = rows.flatMap((row) => linkedRecords(row, one).map((record) => ({ ...record, row })));
    const own = new Set(linked.map(({ recordId }) => recordId));
    const matches = [
      ...linked.map((holding) => matchOf(context, one, { ...holding, origin: 'contact' }, number)),
      ...one.found
        .filter(({ recordId }) => !own.has(recordId))
        .map((record) => {
          const { recordId } = record;
          const here = became.get(`${one.object} ${recordId}`);
          const row = here ?? one.holders.get(recordId) ?? null;
          const origin = here !== undefined ? 'contact' : row === null ? 'record' : 'linked_record';
          return matchOf(context, one, { recordId, record, row, modifiedAt: null, origin }, number);
        }),
    ];
    return matches.toSorted(byChange).map((match): Match => ({ ...match, ...told }));
  });
  const shown = new Set(withRecords.map(({ contact }) => contact?.id));
  const recordless = rows
    .filter(({ id }) => !shown.has(id))
    .map((row): Match => ({ record: null, contact: contactOf(context, row), contactType: null, origin: 'contact', options: {}, ...told }));
  return [...withRecords, ...recordless].toSorted(
    (a, b) => RANK[a.origin] - RANK[b.origin] || Number(a.record === null) - Number(b.record === null),
  );
}

const byChange = (a: Match, b: Match): number => {
  const [x, y] = [a.updatedAt ?? '', b.updatedAt ?? ''];
  const [id, other] = [a.record?.recordId ?? '', b.record?.recordId ?? ''];
  return x < y ? 1 : x > y ? -1 : id < other ? -1 : id > other ? 1 : 0;
};

interface Holding extends LinkedRecord {
  readonly row: Row | null;
  readonly origin: MatchOrigin;
}

function matchOf(
  context: Context,
  { object, optionsOf }: ObjectFindings,
  { recordId, record, row, modifiedAt, origin }: Holding,
  number: string,
): Match {
  const updatedAt = record?.updatedAt ?? modifiedAt ?? undefined;
  const { options, more, because } = optionsOf(recordId);
  return {
    record: { object, recordId, label: record?.label ?? (row === null ? undefined : recordLabel(LABEL, row.fields)) ?? number },
    contact: row === null ? null : contactOf(context, row),
    contactType: object,
    origin,
    options,
    ...(more.length > 0 && { more }),
    ...(Object.keys(because).length > 0 && { because }),
    ...(record?.createdAt !== undefined && { createdAt: record.createdAt }),
    ...(updatedAt !== undefined && { updatedAt }),
  };
}
