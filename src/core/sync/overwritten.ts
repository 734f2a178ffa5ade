import type { Millis, Value } from '../values/value.ts';

/** What a field of a record held from then on, by the CRM's own history. `at`: ISO 8601 UTC. */
export interface FieldVersion {
  readonly at: string;
  /** Canonical. */
  readonly value: Value;
}

/** A write over what the CRM had shown shortly before. */
export interface WrittenOver {
  /** What it showed, and what the write left, both canonical. */
  readonly before: Value;
  readonly after: Value;
  /** The CRM's stamp of the write. */
  readonly at: Millis;
  /** How long before that it was looked at, at most. */
  readonly gapMs: Millis;
}

/** The stamps that one write gives a record and its fields differ by less. */
const STAMPS_APART_MS = 5_000;

/**
 * What somebody typed in the CRM after we had looked at the field and before our write, which went over it (R24). Null: nobody
 * did, or the history does not tell.
 *
 * @param versions - Of the field, oldest first.
 */
export function overwrittenBy({ before, after, at, gapMs }: WrittenOver, versions: readonly FieldVersion[]): FieldVersion | null {
  const isOurs = (version: FieldVersion) => version.value === after && Math.abs(Date.parse(version.at) - at) <= STAMPS_APART_MS;
  const theirs = versions[versions.findLastIndex(isOurs) - 1];
  if (theirs === undefined || theirs.value === before || theirs.value === after) return null;
  return Date.parse(theirs.at) >= at - gapMs - STAMPS_APART_MS ? theirs : null;
}
