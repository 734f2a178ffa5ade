import type { Row } from '../../../ports/store.ts';
import type { Broken } from '../broken.ts';
import type { Displaced, Ledger, Typed } from '../ledger.ts';
import { fieldOf } from './seen.ts';

/** A field that goes both ways is read so long before it is written, at most (P3, R24). */
const READ_AGE_MS = 10_000;

/** Contacts or companies, with what people did with them. */
export interface Rows<F extends string> {
  readonly ledger: Ledger<F>;
  readonly rows: readonly Omit<Row, 'links'>[];
  /** Both values of every conflict that was recorded, as `<field> <value>`. */
  readonly conflicts: ReadonlySet<string>;
}

/**
 * Every value that somebody typed is still there, or was replaced by somebody who saw it, or stands in a conflict (P3). And none
 * comes back over one that was typed on seeing it (P4).
 */
export function nothingLost<F extends string>(seen: Rows<F>): readonly Broken[] {
  const { ledger } = seen;
  const rows = new Map(seen.rows.map((row) => [row.id, row]));
  const broken: Broken[] = [];
  const stays = ({ side, id, field, value }: Typed<F>): boolean => {
    if (side === 'crm') return ledger.cell('crm', id, field) === value;
    const row = rows.get(id);
    return row === undefined || row.removed === true || fieldOf(row, field) === value;
  };
  for (const typed of ledger.typed) {
    const { side, id, field, value, instead } = typed;
    if (value === null || value === instead || (side === 'crm' && field === 'notes')) continue;
    if (stays(typed) || ledger.isSuperseded(value) || seen.conflicts.has(`${field} ${value}`)) continue;
    if (side === 'crm' && isInTheGap(seen, typed)) continue;
    broken.push({ promise: 'P3', message: `${value}, typed into ${field} of ${side} ${id}, is lost`, about: [id, value] });
  }
  for (const { side, id, field, before, after, at } of ledger.displaced)
    if (
      before !== null &&
      after !== null &&
      ledger.isTypedOnce(after) && // else it may be another record's own value, and no earlier one of this
      wasTypedOver(seen, { side, id, field, before, after, at }) &&
      !seen.conflicts.has(`${field} ${before}`)
    )
      broken.push({ promise: 'P4', message: `${field} of ${side} ${id} went back from ${before} to ${after}`, about: [id, before, after] });
  return broken;
}

/**
 * Where one value was typed in several places, only those count who typed it into this one: elsewhere somebody may have typed
 * it who never saw the other.
 */
function wasTypedOver<F extends string>(
  seen: Rows<F>,
  { side, id, field, before, after, at }: Omit<Displaced<F>, 'isMade' | 'by'> & WithBoth,
): boolean {
  const { ledger } = seen;
  if (ledger.isTypedOnce(before) && ledger.isTypedOnce(after)) return ledger.isBefore(after, before);
  const typedHere = ledger.typed.filter((typed) => typed.side === side && typed.id === id && typed.field === field && typed.at <= at);
  const last = typedHere.findLast(({ value }) => value === before);
  // An edit of the other side that happens to say the same may be written over what nobody could know of.
  if (side === 'crm' && last !== undefined && isInTheGap(seen, last)) return false;
  // Whoever typed over it on our side has lost to the same value of another record, in a conflict: that goes to this one, too.
  const overIt = ledger.typed.filter((typed) => typed.side !== side && typed.field === field && typed.instead === before);
  if (seen.conflicts.has(`${field} ${after}`) && overIt.some(({ value }) => seen.conflicts.has(`${field} ${value}`))) return false;
  // It is no old one where somebody has typed it anew since, such as two records whose numbers were exchanged.
  const anew = ledger.typed.findLastIndex((typed) => typed.field === field && typed.value === after);
  if (last !== undefined && anew > ledger.typed.lastIndexOf(last)) return false;
  return isBeforeIn(typedHere, after, before);
}

/** Somebody typed the later value there on seeing the earlier one there, or one that was typed over it there. */
function isBeforeIn(there: readonly Pick<Typed, 'instead' | 'value'>[], earlier: string, later: string): boolean {
  const from = there.findIndex(({ instead }) => instead === earlier);
  return from >= 0 && there.findLastIndex(({ value }) => value === later) >= from;
}

interface WithBoth {
  readonly before: string;
  readonly after: string;
}

/** Typed between our look at the record and our write: nobody can know of it where the CRM tells no times of single fields. */
function isInTheGap<F extends string>({ ledger }: Rows<F>, { id, field, value, at }: Typed<F>): boolean {
  const by = ledger.displaced.find(
    (one) => one.side === 'crm' && one.id === id && one.field === field && one.before === value && one.at >= at,
  );
  if (by === undefined) return false;
  const sentAt = ledger.sentAt(id, { value: by.after, effectAt: by.at });
  return sentAt !== null && at >= sentAt - READ_AGE_MS;
}
