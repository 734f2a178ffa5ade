import type { ConflictResolution } from './conflict.ts';
import type { ConflictTimes } from './conflict-types.ts';
import { FLIP_WINDOW_MS } from './flips.ts';
import { hashOf } from './hash.ts';
import type { Agreed, OpenConflict } from './link.ts';
import { own } from './own.ts';
import type { Conflict } from './plan-types.ts';
import type { FieldDecision } from './three-way.ts';
import type { Millis, Value } from './value.ts';

/** Where a conflict is, and what both sides show. */
export interface ConflictPlace {
  readonly recordId: string;
  readonly contactId: string;
  readonly field: string;
  /** Mapping key. */
  readonly crm: string;
  readonly base: Agreed | null;
  readonly local: Value;
  readonly remote: Value;
  readonly incoming: Value;
  readonly times?: ConflictTimes | undefined;
}

/** The conflicts of one link while its fields are planned: which are new, which have moved on, which are over. */
export class OpenConflicts {
  readonly #given: Readonly<Record<string, OpenConflict>>;
  readonly #open: Record<string, OpenConflict>;
  readonly #now: Millis;
  readonly conflicts: Conflict[] = [];

  constructor(open: Readonly<Record<string, OpenConflict>> | undefined, now: Millis) {
    this.#given = open ?? NONE;
    this.#open = { ...open };
    this.#now = now;
  }

  of(key: string): OpenConflict | undefined {
    return own(this.#given, key);
  }

  get keys(): readonly string[] {
    return Object.keys(this.#given);
  }

  get hasChanged(): boolean {
    return this.conflicts.length > 0;
  }

  /** As the link keeps them: nothing where none is open. */
  get open(): { readonly open?: Readonly<Record<string, OpenConflict>> } {
    return Object.keys(this.#open).length === 0 ? {} : { open: this.#open };
  }

  /** What the decision about a field means for its conflict. */
  decided(place: ConflictPlace, { reason, conflict }: FieldDecision): void {
    const known = this.of(place.crm);
    if (known?.kind === 'rewritten' && known.since + FLIP_WINDOW_MS <= this.#now) this.#close(place, known, 'left_alone');
    if (conflict !== undefined) this.#found(place, conflict, known?.kind === 'rewritten' ? undefined : known);
    else if (known !== undefined && known.kind !== 'rewritten') {
      if (reason !== 'conflict_open') this.#close(place, known, AGREED.has(reason) ? 'sides_agree' : 'mapping_changed');
      else if (known.local !== place.local || known.remote !== place.remote) this.#move(place, known);
    }
  }

  /** Nothing is sent for it as things are: a CRM that undoes it would be written to for ever (P4). */
  isRewritten(key: string): boolean {
    return own(this.#open, key)?.kind === 'rewritten';
  }

  /** The CRM undoes what is sent, again and again. */
  rewritten(place: ConflictPlace): void {
    const { crm, local, remote, incoming } = place;
    const id = conflictId(place, this.#now);
    const since = this.#now;
    this.#open[crm] = { id, since, kind: 'rewritten', reason: 'rewritten', local, remote, incoming };
    this.conflicts.push({
      ...place,
      id,
      since,
      times: timesOf(place),
      winner: null,
      reason: 'rewritten',
      open: 'rewritten',
      event: 'found',
    });
  }

  /** A rule is gone from the mapping: nobody decides about its field any more. */
  drop(place: Omit<ConflictPlace, 'local' | 'remote' | 'incoming'>, known: OpenConflict): void {
    const { local, remote, incoming } = known;
    this.#close({ ...place, local, remote, incoming }, known, 'mapping_changed');
  }

  #found(place: ConflictPlace, conflict: ConflictResolution, known: OpenConflict | undefined): void {
    const common = { ...place, id: known?.id ?? conflictId(place, this.#now), since: known?.since ?? this.#now, times: timesOf(place) };
    const event = known === undefined ? 'found' : 'moved';
    if (conflict.winner !== null) {
      if (known !== undefined) delete this.#open[place.crm];
      this.conflicts.push({ ...common, ...conflict, open: null, event: known === undefined ? 'found' : 'closed' });
      return;
    }
    const { open: kind, reason } = conflict;
    const { local, remote, incoming } = place;
    this.#open[place.crm] = { id: common.id, since: common.since, kind, reason, local, remote, incoming };
    this.conflicts.push({ ...common, winner: null, reason, open: kind, event });
  }

  #move(place: ConflictPlace, known: OpenConflict): void {
    const { local, remote, incoming } = place;
    this.#open[place.crm] = { ...known, local, remote, incoming };
    const { id, since, reason, kind: open } = known;
    this.conflicts.push({ ...place, id, since, times: timesOf(place), winner: null, reason, open, event: 'moved' });
  }

  #close(place: ConflictPlace, { id, since }: OpenConflict, reason: 'sides_agree' | 'mapping_changed' | 'left_alone'): void {
    delete this.#open[place.crm];
    this.conflicts.push({ ...place, id, since, times: timesOf(place), winner: null, reason, open: null, event: 'closed' });
  }
}

const NONE: Readonly<Record<string, OpenConflict>> = {};
const AGREED: ReadonlySet<string> = new Set(['first_link_equal', 'converged', 'unchanged']);

const timesOf = ({ times }: ConflictPlace): Conflict['times'] =>
  times?.local === undefined && times?.remote === undefined
    ? null
    : { local: times.local ?? null, remote: times.remote ?? null, remoteIsExact: times.remoteIsExact === true };

/** Sorts by time. The same conflict at the same moment is the same: planning it twice makes no second one. */
function conflictId({ recordId, contactId, crm, base, local, remote }: ConflictPlace, now: Millis): string {
  return `${new Date(now).toISOString()}-${hashOf([recordId, contactId, crm, base, local, remote]).slice(0, 16)}`;
}
