import { isLive } from '../../core/link/link.ts';
import type { Value } from '../../core/values/value.ts';
import type { LinkChange, RowChange } from '../../ports/store.ts';
import type { Account } from './account.ts';
import type { Broken } from './broken.ts';
import type { Ledger } from './ledger.ts';
import { FIELDS } from './people.ts';

/** A link as the commits have left it. */
interface KeptLink {
  readonly account: Account;
  readonly recordId: string | null;
  readonly state: LinkChange['state'];
  readonly successor: string | null;
}

/** Both values of a field that both sides had changed. */
export interface Conflict {
  readonly field: string;
  readonly local: Value;
  readonly remote: Value;
}

/** A contact that somebody removed. */
interface Removed {
  readonly at: number;
  /** Its records, by account, until they are restored there. */
  readonly records: Map<string, Account>;
}

interface Step {
  /** The process. */
  readonly by: string;
  readonly account: Account;
}

interface Brake {
  readonly share: number;
  readonly minimum: number;
}

/** Losses of a day are counted together. */
const DAY_MS = 24 * 60 * 60_000;
/** What was planned before a day went by may be committed so long after it. */
const UNDER_WAY_MS = 60_000;
/** What the engine does of its own. */
const BRAKE: Brake = { share: 0.1, minimum: 20 };

/** Who was removed or erased on our side, by whom, and what must stay away since. It knows links only from what was committed. */
export class Departures {
  /** By contact. */
  readonly removed = new Map<string, Removed>();
  /** Records whose contact was removed, and which are to have a new one. */
  readonly restored = new Set<string>();
  readonly erased = new Set<string>();
  removals = 0;
  /** Numbers that several contacts have, because somebody said so. */
  readonly sharedNumbers = new Set<string>();
  /** Links that somebody has made by hand. */
  assignments = 0;
  /** `<contact> <record>`: somebody said that the record is not the contact's. */
  readonly #declined = new Set<string>();
  /** `<contact> <record>`: the contact was removed, and somebody asked for a new one of the record. */
  readonly #passedOn = new Set<string>();
  /** Of erased people. */
  readonly erasedNumbers = new Set<string>();
  readonly erasedRecords = new Set<string>();
  /** Records and numbers that were somebody else's by then, or became it while their contact was being erased: either may count. */
  readonly #perhapsErased = new Set<string>();
  /** What came back, or went without a reason, as it happened. */
  readonly broken: Broken[] = [];
  readonly #ledger: Ledger;
  readonly #now: () => number;
  /** By erased contact: the records that it had. */
  readonly #recordsOfErased = new Map<string, readonly string[]>();
  readonly #conflicts: { readonly contactId: string; readonly conflict: Conflict }[] = [];
  /** By contact and id of the link. */
  readonly #links = new Map<string, Map<string, KeptLink>>();

  /** Contacts that were removed, whoever did so. */
  readonly #left = new Set<string>();
  /** By process: links whose record was merged, or became another one. */
  readonly #handedOver = new Map<string, number>();
  /** By process: links that it closed. */
  readonly #closed = new Map<string, { readonly since: number; readonly closed: number }>();
  readonly #brake: Brake;
  #dayWentAt = Number.NEGATIVE_INFINITY;

  constructor(ledger: Ledger, now: () => number, brake: Brake = BRAKE) {
    this.#brake = brake;
    this.#ledger = ledger;
    this.#now = now;
  }

  /** The contact is there, as far as anybody knows. */
  isHere(contactId: string): boolean {
    return !this.#left.has(contactId) && !this.erased.has(contactId);
  }

  /** Its record goes with the contact, once that is erased. */
  keepConflict(contactId: string, conflict: Conflict): void {
    this.#conflicts.push({ contactId, conflict });
  }

  /** What was in conflict of people who were erased since. */
  get conflictsOfErased(): readonly Conflict[] {
    return this.#conflicts.flatMap(({ contactId, conflict }) => (this.erased.has(contactId) ? [conflict] : []));
  }

  hasConflict(field: string, value: string): boolean {
    return this.#conflicts.some(({ conflict }) => conflict.field === field && (conflict.local === value || conflict.remote === value));
  }

  /** A record of the erased contact was merged with another one: what it held may be somebody else's. */
  areMerged(contactId: string): boolean {
    return this.#recordsOfErased.get(contactId)?.some((id) => this.#ledger.isMerged(id)) === true;
  }

  /** It stood in a record that is the contact's no longer, or was another one's before, because somebody said so. */
  isElsewhere(contactId: string, value: string): boolean {
    const isShared = (id: string): boolean => {
      const isLeft = [this.#declined, this.#passedOn].some((pairs) => pairs.has(`${contactId} ${id}`));
      // Whoever had it before and gave it up remembers what it showed then.
      const isGiven = this.#recordsOfErased.get(contactId)?.includes(id) && [...this.#declined].some((pair) => pair.endsWith(` ${id}`));
      return isLeft || isGiven === true;
    };
    const shared = this.#ledger.ids('crm').filter(isShared);
    return shared.some((id) => FIELDS.some((field) => this.#ledger.everIn('crm', id, field).some((text) => text.includes(value))));
  }

  /** Nobody is made of this any more. */
  isErased(recordId: string, number: string | null): boolean {
    if (this.erasedRecords.has(recordId) || this.#perhapsErased.has(recordId)) return true;
    return number !== null && (this.erasedNumbers.has(number) || this.#perhapsErased.has(number));
  }

  /** A change of a contact that was committed. */
  note(row: RowChange, contactId: string, step: Step): void {
    const links = 'links' in row ? (row.links ?? []) : [];
    if (row.kind === 'erase') this.#erase(contactId);
    if (row.kind === 'delete') this.#remove(contactId, links, step);
    if (row.kind === 'insert') this.#notBack(row.set['phone_number'], contactId, step);
    for (const link of links) this.#noteLink(contactId, link, step);
  }

  /** It was removed before, and somebody else has had its number since: only where it was passed on by hand is it known as its own. */
  #hasPassedOn(contactId: string, number: string): boolean {
    const others = this.#ledger.ids('local').filter((id) => id !== contactId);
    return this.#left.has(contactId) && others.some((id) => this.#ledger.wasEver('local', id, 'phone_number', number));
  }

  #erase(contactId: string): void {
    for (const number of this.#ledger.everIn('local', contactId, 'phone_number'))
      (this.#hasPassedOn(contactId, number) ? this.#perhapsErased : this.erasedNumbers).add(number);
    const its = [...this.#linksOf(contactId).values()].filter(({ state }) => state !== 'declined');
    const records = its.flatMap(({ recordId, successor }) => [recordId ?? [], successor ?? []].flat());
    for (const id of records) this.erasedRecords.add(id);
    for (const { recordId, state } of this.#linksOf(contactId).values())
      if (recordId !== null && state === 'declined') this.#perhapsErased.add(recordId);
    if (!this.erased.has(contactId)) this.#recordsOfErased.set(contactId, records);
    this.erased.add(contactId);
    this.removed.delete(contactId);
    this.#links.delete(contactId);
  }

  #remove(contactId: string, changes: readonly LinkChange[], { by }: Step): void {
    const links = this.#linksOf(contactId);
    this.#left.add(contactId);
    if (by.startsWith('removal ')) {
      this.removals += 1;
      const its = [...links.values()].filter(({ state }) => state !== 'declined');
      const records = its.flatMap(({ recordId, account }) => (recordId === null ? [] : [[recordId, account] as const]));
      this.removed.set(contactId, { at: this.#now(), records: new Map(records) });
      return;
    }
    const ended = new Set(changes.flatMap(({ id, state }) => (isLive(state) ? [] : [id])));
    const kept = [...links].find(([id, { state }]) => !ended.has(id) && isLive(state))?.[1];
    if (kept !== undefined)
      this.#tell('R25', `${by} removes contact ${contactId}, which has record ${kept.recordId}`, [contactId, kept.recordId]);
    for (const { recordId, state } of changes)
      if (recordId !== null && state !== 'declined' && !this.#ledger.isGivenUp(recordId))
        this.#tell('R14', `${by} removes contact ${contactId}, whose record ${recordId} nobody removed`, [contactId, recordId]);
  }

  #notBack(number: unknown, contactId: string, { by }: Step): void {
    if (typeof number === 'string' && by.startsWith('assignment ')) this.sharedNumbers.add(number);
    if (typeof number === 'string' && this.erasedNumbers.has(number))
      this.#tell('R21', `${by} makes contact ${contactId} of ${number}, who was erased`, [contactId, number]);
  }

  #noteLink(contactId: string, { id, recordId, state, body, remove }: LinkChange, step: Step): void {
    const { by, account } = step;
    const links = this.#linksOf(contactId);
    if (remove === true) {
      links.delete(id);
      if (by.startsWith('restoration ') && recordId !== null) {
        this.removed.get(contactId)?.records.delete(recordId);
        this.restored.add(recordId);
        this.#passedOn.add(`${contactId} ${recordId}`);
      }
      return;
    }
    if (state === 'tombstone' && links.has(id) && links.get(id)?.state !== state && by.startsWith('pull ')) this.#noteLoss(step);
    if (state === 'superseded' && isLive(links.get(id)?.state ?? state)) this.#handedOver.set(by, (this.#handedOver.get(by) ?? 0) + 1);
    links.set(id, { account, recordId, state, successor: body.successor ?? null });
    this.#links.set(contactId, links);
    const pair = `${contactId} ${recordId}`;
    if (state === 'declined') this.#declined.add(pair);
    if (state === 'active' && by.startsWith('assignment ')) {
      this.assignments += 1;
      this.#declined.delete(pair);
    }
    // Of a record that was merged nobody can say any more whose it is.
    if (recordId === null || state !== 'active' || this.#ledger.isMerged(recordId)) return;
    if (this.#declined.has(pair))
      this.#tell('P11', `${by} gives record ${recordId} back to contact ${contactId}, whose it is not`, [contactId, recordId]);
    if (this.erasedRecords.has(recordId))
      this.#tell('R21', `${by} links record ${recordId} of an erased person with contact ${contactId}`, [contactId, recordId]);
    const owner = [...this.removed].find(([removedId, { records }]) => removedId !== contactId && records.get(recordId) === account)?.[0];
    if (owner !== undefined)
      this.#tell('P11', `${by} gives record ${recordId} of the removed contact ${owner} to ${contactId}`, [owner, contactId, recordId]);
  }

  /** A day has gone by at once, in the middle of whatever was under way. */
  dayGoesBy(): void {
    this.#dayWentAt = this.#now();
  }

  /** A run that nobody has allowed more closes few links, or asks (R14). */
  #noteLoss({ by, account }: Step): void {
    if (this.#now() - this.#dayWentAt < UNDER_WAY_MS) return; // of the day before, for all that the run could know
    const known = this.#closed.get(by);
    const since = known === undefined || known.since + DAY_MS < this.#now() ? this.#now() : known.since;
    const closed = (known?.since === since ? known.closed : 0) + 1;
    this.#closed.set(by, { since, closed });
    const links = [...this.#links.values()].flatMap((its) => [...its.values()]);
    // This one is live there still, and those whose record was merged were when the run counted.
    const live = links.filter((link) => link.account === account && isLive(link.state)).length;
    const before = live + closed - 1 + (this.#handedOver.get(by) ?? 0);
    if (closed >= this.#brake.minimum && closed > this.#brake.share * before)
      this.#tell('R14', `${by} closes ${closed} of ${before} links, and asked nobody`, [by]);
  }

  #linksOf(contactId: string): Map<string, KeptLink> {
    return this.#links.get(contactId) ?? new Map<string, KeptLink>();
  }

  #tell(promise: string, message: string, about: readonly (string | null)[]): void {
    this.broken.push({ promise, message, about: about.filter((each) => each !== null) });
  }
}
