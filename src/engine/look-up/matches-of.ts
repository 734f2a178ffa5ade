import { recordLabel } from '../../core/record-label.ts';
import type { Row, StoredLink } from '../../ports/store.ts';
import { contactOf } from '../contact.ts';
import type { Context } from '../context.ts';
import type { FoundRecord } from './found-by-number.ts';
import type { Match, MatchOrigin } from './match.ts';
import type { RecordOptions } from './options-of-records.ts';

/** What is known of the records of one object. */
export interface ObjectFindings {
  readonly object: string;
  /** Those that have the number in the CRM. */
  readonly found: readonly FoundRecord[];
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

/**
 * All matches in one order: contacts that have the number here come first, those with a record before those without, then records of
 * other contacts, then records that are nobody's here; within that by object as asked, what changed last first, and by id.
 */
export function matchesOf(context: Context, rows: readonly Row[], findings: readonly ObjectFindings[], number: string): readonly Match[] {
  const unasked = findings.flatMap(({ object, problem }) => (problem === null ? [] : [{ object, code: problem.code }]));
  const told = unasked.length > 0 && { unasked };
  const recordless = rows
    .filter((row) => findings.every(({ object }) => recordsOf(row, object).length === 0))
    .map((row): Match => ({ record: null, contact: contactOf(context, row), contactType: null, origin: 'contact', options: {}, ...told }));
  const withRecords = findings.flatMap((one) => {
    const linked = rows.flatMap((row) =>
      recordsOf(row, one.object).map(({ recordId, body }) => ({ recordId, row, modifiedAt: body.modifiedAt })),
    );
    const own = new Set(linked.map(({ recordId }) => recordId));
    const matches = [
      ...linked.map(({ recordId, row, modifiedAt }) => matchOf(context, one, { recordId, row, modifiedAt, origin: 'contact' }, number)),
      ...one.found
        .filter(({ recordId }) => !own.has(recordId))
        .map(({ recordId }) => {
          const row = one.holders.get(recordId) ?? null;
          return matchOf(context, one, { recordId, row, modifiedAt: null, origin: row === null ? 'record' : 'linked_record' }, number);
        }),
    ];
    return matches.toSorted(byChange).map((match): Match => ({ ...match, ...told }));
  });
  return [...withRecords, ...recordless].toSorted(
    (a, b) => RANK[a.origin] - RANK[b.origin] || Number(a.record === null) - Number(b.record === null),
  );
}

const byChange = (a: Match, b: Match): number => {
  const [x, y] = [a.updatedAt ?? '', b.updatedAt ?? ''];
  const [id, other] = [a.record?.recordId ?? '', b.record?.recordId ?? ''];
  return x < y ? 1 : x > y ? -1 : id < other ? -1 : id > other ? 1 : 0;
};

interface Holding {
  readonly recordId: string;
  readonly row: Row | null;
  /** The CRM's stamp as it was planned last. */
  readonly modifiedAt: string | null;
  readonly origin: MatchOrigin;
}

function matchOf(
  context: Context,
  { object, found, optionsOf }: ObjectFindings,
  { recordId, row, modifiedAt, origin }: Holding,
  number: string,
): Match {
  const known = found.find((one) => one.recordId === recordId);
  const updatedAt = known?.updatedAt ?? modifiedAt;
  const { options, more, because } = optionsOf(recordId);
  return {
    record: { object, recordId, label: known?.label ?? (row === null ? undefined : recordLabel(LABEL, row.fields)) ?? number },
    contact: row === null ? null : contactOf(context, row),
    contactType: object,
    origin,
    options,
    ...(more.length > 0 && { more }),
    ...(Object.keys(because).length > 0 && { because }),
    ...(known?.createdAt !== undefined && { createdAt: known.createdAt }),
    ...(updatedAt !== null && { updatedAt }),
  };
}
