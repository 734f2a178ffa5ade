import { hashOf } from '../base/hash.ts';
import { own } from '../base/own.ts';
import type { ConflictTimes } from '../link/conflict-types.ts';
import { FLIP_WINDOW_MS } from '../link/flips.ts';
import type { Agreed, OpenConflict, Pair } from '../link/link.ts';
import { agreedOn } from '../link/pair.ts';
import type { CompiledRule } from '../mapping/mapping-types.ts';
import type { Fields, Millis, Value } from '../values/value.ts';
import type { ConflictResolution } from './conflict.ts';
import { endConflict } from './end-conflict.ts';
import type { Conflict, EndReason } from './plan-types.ts';
import type { FieldDecision } from './three-way.ts';

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

/** A link, and what its contact has. */
interface LinkPlace {
  readonly recordId: string;
  readonly contactId: string;
  readonly base: Readonly<Record<string, Pair>>;
  readonly fields: Fields;
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

  /** As it was before anything was decided, unless it has ended. */
  of(key: string): OpenConflict | undefined {
    return Object.hasOwn(this.#open, key) ? own(this.#given, key) : undefined;
  }

  get hasChanged(): boolean {
    return this.conflicts.length > 0;
  }

  /** As the link keeps them: nothing where none is open. */
  get open(): { readonly open?: Readonly<Record<string, OpenConflict>> } {
    return Object.keys(this.#open).length === 0 ? {} : { open: this.#open };
  }

  /** Ends what is over whatever the record says: what was left alone for long enough, and what no rule is about any more. */
  end(rules: readonly Pick<CompiledRule, 'key' | 'direction'>[], { recordId, contactId, base, fields }: LinkPlace): void {
    for (const [crm, known] of Object.entries(this.#given)) {
      const rule = rules.find(({ key }) => key === crm);
      const isRewritten = known.kind === 'rewritten';
      const isMoot = rule === undefined || (isRewritten && rule.direction === 'inbound');
      const isOver = isRewritten && known.since + FLIP_WINDOW_MS <= this.#now;
      if (!isMoot && !isOver) continue;
      const place = { recordId, contactId, crm, base: agreedOn(base, crm) ?? null };
      const local = fields[known.field] ?? null;
      this.conflicts.push(endConflict(place, { ...known, local }, isMoot ? 'mapping_changed' : 'left_alone'));
      delete this.#open[crm];
    }
  }

  /** What the decision about a field means for its conflict. */
  decided(place: ConflictPlace, { reason, conflict }: FieldDecision): void {
    const known = this.of(place.crm);
    if (conflict !== undefined) this.#found(place, conflict, known);
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
    const id = conflictId(place, this.#now);
    const open = { id, since: this.#now, kind: 'rewritten', reason: 'rewritten', ...sidesOf(place) } as const;
    this.#open[place.crm] = open;
    const { since, reason, kind, times } = open;
    this.conflicts.push({ ...place, id, since, times, winner: null, reason, open: kind, event: 'found' });
  }

  #found(place: ConflictPlace, conflict: ConflictResolution, earlier: OpenConflict | undefined): void {
    const known = earlier?.kind === 'rewritten' ? undefined : earlier;
    const common = { ...place, id: known?.id ?? conflictId(place, this.#now), since: known?.since ?? this.#now, times: timesOf(place) };
    const event = known === undefined ? 'found' : 'moved';
    if (conflict.winner !== null) {
      if (known !== undefined) delete this.#open[place.crm];
      this.conflicts.push({ ...common, ...conflict, open: null, event: known === undefined ? 'found' : 'closed' });
      return;
    }
    // A field waits for one decision at a time, and nothing is sent before that either.
    if (earlier?.kind === 'rewritten') this.#close(place, earlier, 'replaced');
    const { open: kind, reason } = conflict;
    this.#open[place.crm] = { id: common.id, since: common.since, kind, reason, ...sidesOf(place) };
    this.conflicts.push({ ...common, winner: null, reason, open: kind, event });
  }

  #move(place: ConflictPlace, known: OpenConflict): void {
    this.#open[place.crm] = { ...known, ...sidesOf(place) };
    const { id, since, reason, kind: open } = known;
    this.conflicts.push({ ...place, id, since, times: timesOf(place), winner: null, reason, open, event: 'moved' });
  }

  #close(place: ConflictPlace, known: OpenConflict, reason: EndReason): void {
    delete this.#open[place.crm];
    const { recordId, contactId, crm, base } = place;
    this.conflicts.push(endConflict({ recordId, contactId, crm, base }, { ...known, ...sidesOf(place) }, reason));
  }
}

const NONE: Readonly<Record<string, OpenConflict>> = {};
const AGREED: ReadonlySet<string> = new Set(['first_link_equal', 'converged', 'unchanged']);

const sidesOf = (place: ConflictPlace): Pick<OpenConflict, 'field' | 'local' | 'remote' | 'incoming' | 'times'> => {
  const { field, local, remote, incoming } = place;
  return { field, local, remote, incoming, times: timesOf(place) };
};

const timesOf = ({ times }: ConflictPlace): Conflict['times'] =>
  times?.local === undefined && times?.remote === undefined
    ? null
    : { local: times.local ?? null, remote: times.remote ?? null, remoteIsExact: times.remoteIsExact === true };

/** Sorts by time. The same conflict at the same moment is the same: planning it twice makes no second one. */
export function conflictId({ recordId, contactId, crm, base, local, remote }: ConflictPlace, now: Millis): string {
  return `${new Date(now).toISOString()}-${hashOf([recordId, contactId, crm, base, local, remote]).slice(0, 16)}`;
}
