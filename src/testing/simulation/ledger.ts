import type { PersonField } from './people.ts';
import type { Trace } from './trace.ts';

export type Side = 'crm' | 'local';

/** A value that a person typed, or that came from an analysis. */
export interface Typed<F extends string = PersonField> {
  readonly side: Side;
  /** The record or contact. */
  readonly id: string;
  readonly field: F;
  /** As it stands in a contact. */
  readonly value: string | null;
  /** What stood there, as whoever typed it saw it. */
  readonly instead: string | null;
  readonly at: number;
}

/** A value that the engine replaced. */
export interface Displaced<F extends string = PersonField> {
  readonly side: Side;
  readonly id: string;
  readonly field: F;
  readonly before: string | null;
  readonly after: string | null;
  readonly at: number;
  /** It was made with this. */
  readonly isMade: boolean;
  /** The process. */
  readonly by: string;
}

/** A number that a contact has, or had. */
export interface NumberSpan {
  readonly contactId: string;
  readonly number: string;
  /** When whoever gave it began, and when it was given: from somewhere between the two it is the contact's. */
  readonly from: readonly [earliest: number, latest: number];
  /** Infinity: it has it still. */
  readonly until: readonly [earliest: number, latest: number];
}

/** A request that writes to a record, by our clock. */
interface SentWrite {
  readonly body: string;
  readonly sentAt: number;
  readonly arrivedAt: number;
}

type Values<F extends string> = Readonly<Partial<Record<F, string | null>>>;

/** What a ledger is kept of. */
export interface Kept<F extends string> {
  readonly fields: readonly F[];
  /** How a value of the CRM stands in the row here. */
  readonly asLocal: (field: F, value: string | null) => string | null;
}

/**
 * What people did on both sides, and what the engine made of it: seen from outside, in the CRM and in the store. It knows
 * nothing of pairs, intents or links; it knows who typed what, and what they saw when they did.
 */
export class Ledger<F extends string = PersonField> {
  typed: Typed<F>[] = [];
  displaced: Displaced<F>[] = [];
  conflicts = 0;
  /** Values by cell, as they are now. */
  readonly #cells: Readonly<Record<Side, Map<string, Partial<Record<F, string | null>>>>> = { crm: new Map(), local: new Map() };
  /** Every value that any cell has had. */
  readonly #ever = new Map<string, Set<string | null>>();
  readonly #givenUp = new Set<string>();
  /** Numbers of contacts, each from when it had them. */
  readonly #numbers: { readonly contactId: string; readonly number: string | null; readonly from: NumberSpan['from'] }[] = [];
  /** By process: when it began. */
  readonly #begun = new Map<string, number>();
  /** Records that were merged with others, and those that were left. */
  readonly #merged = new Set<string>();
  /** Values that somebody replaced who saw them. */
  readonly #superseded = new Set<string>();
  /** By value: the value that it was typed instead of. */
  readonly #parents = new Map<string, Set<string>>();
  /** By contact and record: how much had been typed when the two met. */
  readonly #met = new Map<string, number>();
  /** Requests that write to a record. */
  readonly #writesTo = new Map<string, SentWrite[]>();
  readonly #trace: Trace;
  readonly #now: () => number;

  readonly #kept: Kept<F>;

  constructor(trace: Trace, now: () => number, kept: Kept<F>) {
    this.#kept = kept;
    this.#trace = trace;
    this.#now = now;
  }

  cell(side: Side, id: string, field: F): string | null {
    return this.#cells[side].get(id)?.[field] ?? null;
  }

  isKnown(side: Side, id: string): boolean {
    return this.#cells[side].has(id);
  }

  ids(side: Side): readonly string[] {
    return [...this.#cells[side].keys()];
  }

  /** Somebody typed these values over those that stand there now. */
  type(side: Side, id: string, change: Values<F>, by: string): void {
    for (const field of this.#kept.fields) {
      const raw = change[field];
      if (raw === undefined) continue;
      const value = side === 'crm' ? this.#kept.asLocal(field, raw) : raw;
      const instead = this.cell(side, id, field);
      if (value === instead && this.isKnown(side, id)) continue;
      this.typed.push({ side, id, field, value, instead, at: this.#now() });
      if (instead !== null && instead !== value) this.#superseded.add(instead);
      if (instead !== null && value !== null) this.#parents.set(value, (this.#parents.get(value) ?? new Set()).add(instead));
      this.#put(side, id, field, value, by);
      this.#trace.tell(`${by}: ${field} of ${side} ${id} becomes ${value} instead of ${instead}`, aboutOf(id, value, instead));
    }
  }

  /** A person removed it, who saw what was in it. */
  giveUp(side: Side, id: string, but?: Values<F>): void {
    this.#givenUp.add(id);
    for (const field of this.#kept.fields) {
      const value = this.cell(side, id, field);
      if (value !== null && value !== this.#kept.asLocal(field, but?.[field] ?? null)) this.#superseded.add(value);
    }
  }

  /** Somebody has removed it at some time. */
  isGivenUp(id: string): boolean {
    return this.#givenUp.has(id);
  }

  /** What the engine has left there: differences to what was known are its doing. */
  engine(side: Side, id: string, fields: Values<F>, by: string): void {
    const isMade = !this.isKnown(side, id);
    for (const field of this.#kept.fields) {
      const raw = fields[field];
      if (raw === undefined) continue;
      const after = side === 'crm' ? this.#kept.asLocal(field, raw) : raw;
      const before = this.cell(side, id, field);
      if (before === after && this.isKnown(side, id)) continue;
      this.#put(side, id, field, after, by);
      if (before === after) continue;
      this.displaced.push({ side, id, field, before, after, at: this.#now(), isMade, by });
      this.#trace.tell(`${by}: ${field} of ${side} ${id} is set to ${after} over ${before}`, aboutOf(id, after, before));
    }
    if (!this.isKnown(side, id)) this.#cells[side].set(id, {});
  }

  /** A request that was sent then and writes reaches the CRM. */
  sent(body: string, sentAt: number): void {
    const write = { body, sentAt, arrivedAt: this.#now() };
    for (const id of this.ids('crm')) if (body.includes(id)) this.#writesTo.set(id, [...(this.#writesTo.get(id) ?? []), write]);
  }

  /** When the write of this value, or of some value where a field was cleared, was sent that had its effect then; null: none was. */
  sentAt(recordId: string, { value, effectAt }: { readonly value: string | null; readonly effectAt: number }): number | null {
    const text = value === null ? '' : JSON.stringify(value).slice(1, -1);
    const ofValue = this.#writesTo.get(recordId)?.findLast(({ body, arrivedAt }) => arrivedAt <= effectAt && body.includes(text));
    return ofValue?.sentAt ?? null;
  }

  /** What stood there when somebody typed into it last. Undefined: nobody did. */
  typedOver(side: Side, id: string, field: F): string | null | undefined {
    return this.typed.findLast((typed) => typed.side === side && typed.id === id && typed.field === field)?.instead;
  }

  /** A contact and a record are linked for the first time. */
  meet(contactId: string, recordId: string): void {
    const pair = `${contactId} ${recordId}`;
    if (!this.#met.has(pair)) this.#met.set(pair, this.typed.length);
  }

  /** They are said not to belong together: once they are linked again, they meet for the first time. */
  part(contactId: string, recordId: string): void {
    this.#met.delete(`${contactId} ${recordId}`);
  }

  /** Both typings are older than the link of the two. */
  isFromBefore(contactId: string, recordId: string, ...typings: readonly number[]): boolean {
    const met = this.#met.get(`${contactId} ${recordId}`) ?? 0;
    return typings.every((typing) => typing < met);
  }

  /**
   * Ours had a text when the two were linked, or somebody wrote into a record that we had made without one; and none of ours has
   * ever reached the record: what stands there is a person's.
   */
  isStillToMeet(contactId: string, recordId: string, field: F, isMade: boolean): boolean {
    const firstOf = (where: Side, there: string) =>
      this.typed.findIndex(({ side, id, field: typed }) => side === where && id === there && typed === field);
    const first = firstOf('local', contactId);
    const theirs = firstOf('crm', recordId);
    const isLater = isMade && theirs >= 0 && theirs < first;
    const hasReached = this.displaced.some(({ side, id, field: written }) => side === 'crm' && id === recordId && written === field);
    return first >= 0 && (isLater || this.isFromBefore(contactId, recordId, first)) && !hasReached;
  }

  /** The record goes on under another id, with all that was typed into it. */
  rename(from: string, to: string): void {
    const renamed = <T extends { readonly side: Side; readonly id: string }>(each: T): T =>
      each.side === 'crm' && each.id === from ? { ...each, id: to } : each;
    this.typed = this.typed.map(renamed);
    this.displaced = this.displaced.map(renamed);
    this.#writesTo.set(to, this.#writesTo.get(from) ?? []);
    this.#cells.crm.set(to, { ...this.#cells.crm.get(from) });
  }

  /** What is there was carried over from another record: nobody typed it anew. */
  carry(id: string, person: Values<F>): void {
    for (const field of this.#kept.fields) this.#put('crm', id, field, this.#kept.asLocal(field, person[field] ?? null));
  }

  /** The number of the newest typing there, or of what was carried over to it; -1: there is none. */
  lastTyped(side: Side, id: string, field: F): number {
    const value = this.cell(side, id, field);
    const isCarried = value !== null && this.isTypedOnce(value);
    return this.typed.findLastIndex(
      (typed) => typed.side === side && typed.field === field && (typed.id === id || (isCarried && typed.value === value)),
    );
  }

  /** Nobody else typed it, anywhere. */
  isTypedOnce(value: string): boolean {
    return this.typed.filter((typed) => typed.value === value).length === 1;
  }

  /** Somebody typed it into one of these records. */
  isTypedInto(isOneOf: (recordId: string) => boolean, field: F, value: string | null): boolean {
    return this.typed.some((typed) => typed.side === 'crm' && typed.field === field && typed.value === value && isOneOf(typed.id));
  }

  /** What stands in the contact came from a CRM after everything that somebody typed there. */
  isGiven(contactId: string, field: F): boolean {
    const isThere = ({ side, id, field: one }: Typed<F> | Displaced<F>): boolean => side === 'local' && id === contactId && one === field;
    const [given, typed] = [this.displaced.findLast(isThere), this.typed.findLast(isThere)];
    return given !== undefined && given.at >= (typed?.at ?? Number.NEGATIVE_INFINITY);
  }

  /** It has stood there at some time. */
  wasEver(side: Side, id: string, field: F, value: string | null): boolean {
    return this.#ever.get(`${side} ${id} ${field}`)?.has(value) === true;
  }

  /** Values that have stood there. */
  everIn(side: Side, id: string, field: F): readonly string[] {
    return [...(this.#ever.get(`${side} ${id} ${field}`) ?? [])].filter((value) => value !== null);
  }

  /** What the contact has had and no other, and what nobody else typed anywhere. */
  valuesOnlyOf(contactId: string): readonly string[] {
    const others = this.ids('local').filter((id) => id !== contactId);
    return this.#kept.fields.flatMap((field) =>
      this.everIn('local', contactId, field).filter(
        (value) => this.isTypedOnce(value) && !others.some((id) => this.wasEver('local', id, field, value)),
      ),
    );
  }

  /** A process begins, which may set numbers. */
  begin(process: string): void {
    this.#begun.set(process, this.#now());
  }

  /** It has stood in some record. */
  hasReached(field: F, value: string): boolean {
    return this.ids('crm').some((id) => this.wasEver('crm', id, field, value));
  }

  /** Who has which number, and had it. */
  numberSpans(): readonly NumberSpan[] {
    return this.#numbers.flatMap(({ contactId, number, from }, index) => {
      const next = this.#numbers.slice(index + 1).find((later) => later.contactId === contactId);
      return number === null ? [] : [{ contactId, number, from, until: next?.from ?? STILL }];
    });
  }

  merge(...ids: readonly string[]): void {
    for (const id of ids) this.#merged.add(id);
  }

  isMerged(recordId: string): boolean {
    return this.#merged.has(recordId);
  }

  /** A request that was sent later than that has reached the record. */
  isWrittenTo(recordId: string, after: number): boolean {
    return this.#writesTo.get(recordId)?.some(({ sentAt }) => sentAt > after) === true;
  }

  /** A request was under way to the record at that time, or had been planned by what was read before it. */
  isWrittenAround(recordId: string, at: number, readAgeMs: number): boolean {
    return this.#writesTo.get(recordId)?.some(({ sentAt, arrivedAt }) => sentAt - readAgeMs <= at && arrivedAt >= at) === true;
  }

  isSuperseded(value: string): boolean {
    return this.#superseded.has(value);
  }

  /**
   * Somebody who typed the later value had seen the earlier one, or one that was typed over it. Of a value on the way that was
   * typed in several places nobody knows which one was seen.
   */
  isBefore(earlier: string, later: string): boolean {
    const seen = new Set<string>();
    const next = [later];
    for (let value = next.pop(); value !== undefined; value = next.pop())
      for (const parent of this.#parents.get(value) ?? []) {
        if (parent === earlier) return true;
        if (!seen.has(parent) && this.isTypedOnce(parent)) next.push(parent);
        seen.add(parent);
      }
    return false;
  }

  #put(side: Side, id: string, field: F, value: string | null, by = ''): void {
    const cells: Partial<Record<F, string | null>> = this.#cells[side].get(id) ?? {};
    cells[field] = value;
    if (side === 'local' && field === 'phone_number')
      this.#numbers.push({ contactId: id, number: value, from: [this.#begun.get(by) ?? this.#now(), this.#now()] });
    const cell = `${side} ${id} ${field}`;
    this.#ever.set(cell, (this.#ever.get(cell) ?? new Set()).add(value));
    this.#cells[side].set(id, cells);
  }
}

const STILL = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY] as const;

const aboutOf = (id: string, ...values: readonly (string | null)[]): readonly string[] => [id, ...values.filter((value) => value !== null)];
