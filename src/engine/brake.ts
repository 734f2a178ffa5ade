import { isLive, type Version } from '../core/link/link.ts';
import type { CompiledMapping } from '../core/mapping/mapping-types.ts';
import { type Losses, linksNeeded, lossCount, lossesTogether, NO_LOSSES } from '../core/sync/brake.ts';
import type { Json, Millis } from '../core/values/value.ts';
import { CrmSyncError } from '../errors.ts';
import type { EntryChange } from '../ports/store.ts';
import type { Context } from './context.ts';
import { KIND } from './kinds.ts';

type Counted = Pick<CompiledMapping, 'crmObject' | 'entity'>;

/** A run stopped, and asks whether so many losses are meant. */
export interface DeletionQuestion extends Losses {
  readonly object: string;
  /** Links of the object before the losses. */
  readonly links: number;
  /** ISO 8601 UTC. */
  readonly at: string;
  readonly run: string;
}

/** Losses of an object within a day, whichever runs they arose in. */
interface Tally extends Losses {
  readonly since: Millis;
  /** Of the deleted: what pushes have learnt, and no pull has carried out yet. */
  readonly learnt: number;
  /** The run whose losses the host has allowed: what comes after it is counted from nothing. */
  readonly allowedIn: string | null;
  readonly asked: DeletionQuestion | null;
}

export interface Weighed {
  /** To be committed with the losses, so that each is counted once. */
  readonly entries: readonly EntryChange[];
  /** They are too many. */
  readonly exceeded: CrmSyncError | null;
}

/** Runs that each lose a few are one loss, if they come within this time. */
const WINDOW_MS = 24 * 60 * 60 * 1000;
const PAGE = 500;

interface Measured {
  /** Null: there is nothing to count. */
  readonly next: Tally | null;
  readonly exceeded: CrmSyncError | null;
}

const NOTHING: Measured = { next: null, exceeded: null };

interface Scan {
  /** Losses of the day that were no links any more when the scan began. */
  readonly before: number;
  links: number;
  after: string | null;
  ended: boolean;
}

/**
 * The brake on mass deletions of one run (R14). Counts, per object, links that lose their record or a value; what would go
 * too far is not committed, and the run asks. Links are counted only once there is something to compare, and only as far as
 * that takes.
 */
export class Brake {
  readonly #context: Context;
  readonly #run: string;
  /** So many losses are allowed. */
  readonly #allowed: number;
  readonly #scans = new Map<string, Scan>();
  #exceeded: CrmSyncError | null = null;
  readonly #tell: ((error: CrmSyncError) => void) | null;

  /** @param tell - Of a preview, which stops for nothing: hears what would stop the run. Null: the run stops. */
  constructor(context: Context, run: string, allow: boolean | number, tell: ((error: CrmSyncError) => void) | null) {
    this.#context = context;
    this.#tell = tell;
    this.#run = run;
    this.#allowed = allow === true ? Number.POSITIVE_INFINITY : Number(allow);
  }

  /**
   * Before a page is committed.
   *
   * @param learnt - Deletions that a push has learnt of, and counted; carried out with the page.
   * @throws CrmSyncError `mass_deletion` where its losses would be too many: none of it may be applied.
   */
  async assertFew(counted: Counted, losses: Losses, learnt: number, now: Millis): Promise<readonly EntryChange[]> {
    const { crmObject: object } = counted;
    const { stored, tally } = await this.#load(object, now);
    const known = Math.min(learnt, tally.learnt);
    const more = { ...losses, deleted: losses.deleted + learnt - known };
    const weighed = { ...tally, ...lossesTogether(tally, more), learnt: tally.learnt - known };
    const isAny = lossCount(losses) + learnt > 0;
    const { next, exceeded } = isAny ? await this.#weigh(counted, tally, weighed) : NOTHING;
    if (exceeded === null) return next === null ? [] : [this.#entry(object, stored, next)];
    if (this.#tell !== null) {
      this.#tell(exceeded);
      return [];
    }
    // Moved: another run has counted meanwhile, and asks itself where it must.
    await this.#context.store.commit({ rows: [], entries: [this.#entry(object, stored, { ...tally, asked: next?.asked ?? null })] });
    throw exceeded;
  }

  /** Losses that the CRM told of a write: facts, which are recorded (R5). Where they are too many, the run ends with `assertHolds`. */
  async learn(counted: Counted, losses: Losses, now: Millis): Promise<Weighed> {
    const { crmObject: object } = counted;
    const { stored, tally } = await this.#load(object, now);
    const counts = { ...tally, ...lossesTogether(tally, losses), learnt: tally.learnt + losses.deleted };
    const { next, exceeded } = lossCount(losses) > 0 ? await this.#weigh(counted, tally, counts) : NOTHING;
    return { entries: next === null ? [] : [this.#entry(object, stored, next)], exceeded };
  }

  /** The facts are stored. */
  hold(exceeded: CrmSyncError | null): void {
    if (exceeded !== null && this.#tell !== null) this.#tell(exceeded);
    else this.#exceeded ??= exceeded;
  }

  /** @throws CrmSyncError `mass_deletion` once the run has learnt of too many losses. */
  assertHolds(): void {
    if (this.#exceeded !== null) throw this.#exceeded;
  }

  /** The object was pulled to its end, so that nothing is left to ask. */
  async settle(object: string): Promise<void> {
    const [stored] = await this.#context.store.entries({ scope: 'connection', kind: KIND.brake, keys: [object], limit: 1 });
    const tally = stored?.body as unknown as Tally | undefined;
    if (stored === undefined || tally === undefined || tally.asked === null) return;
    await this.#context.store.commit({ rows: [], entries: [this.#entry(object, stored.version, { ...tally, asked: null })] });
  }

  async #load(object: string, now: Millis): Promise<{ readonly stored: Version | null; readonly tally: Tally }> {
    const [entry] = await this.#context.store.entries({ scope: 'connection', kind: KIND.brake, keys: [object], limit: 1 });
    const tally = entry?.body as unknown as Tally | undefined;
    const allowedIn = this.#allowed > 0 ? this.#run : null;
    const goesOn = tally !== undefined && tally.since > now - WINDOW_MS && tally.allowedIn === allowedIn;
    if (!goesOn) this.#scans.delete(object); // the links of the day before are not all there any more
    const fresh: Tally = { ...NO_LOSSES, since: now, learnt: 0, allowedIn, asked: null };
    return { stored: entry?.version ?? null, tally: goesOn ? tally : fresh };
  }

  async #weigh(counted: Counted, tally: Tally, next: Tally): Promise<Measured> {
    const needed = linksNeeded(next, this.#context.options.deletionBrake ?? {});
    if (needed === null || lossCount(next) <= this.#allowed) return { next, exceeded: null };
    const links = await this.#countLinks(counted, tally.deleted, needed);
    if (links >= needed) return { next, exceeded: null };
    const { deleted, cleared } = next;
    const at = new Date(this.#context.clock.now()).toISOString();
    const asked = { object: counted.crmObject, deleted, cleared, links, at, run: this.#run };
    return { next: { ...next, asked }, exceeded: massDeletion(asked) };
  }

  /** Links that the object had before the losses, counted no further than is needed. */
  async #countLinks({ crmObject: object, entity }: Counted, before: number, needed: number): Promise<number> {
    const scan = this.#scans.get(object) ?? { before, links: 0, after: null, ended: false };
    this.#scans.set(object, scan);
    while (!scan.ended && scan.before + scan.links < needed) {
      const query = { entity, object, want: 'linked', plan: '', now: 0, after: scan.after, limit: PAGE } as const;
      const rows = await this.#context.store.scan(query);
      for (const { links } of rows) scan.links += links.filter((link) => link.object === object && isLive(link.state)).length;
      scan.after = rows.at(-1)?.id ?? scan.after;
      scan.ended = rows.length < PAGE;
    }
    return scan.before + scan.links;
  }

  #entry(object: string, expected: Version | null, tally: Tally): EntryChange {
    return { scope: 'connection', kind: KIND.brake, key: object, expected, put: { body: tally as unknown as Json } };
  }
}

/** What runs of the connection have stopped for, and nobody has answered yet. */
export async function deletionQuestions({ store }: Context): Promise<readonly DeletionQuestion[]> {
  const entries = await store.entries({ scope: 'connection', kind: KIND.brake, limit: 100 });
  return entries.flatMap(({ body }) => (body as unknown as Tally).asked ?? []);
}

const massDeletion = ({ object, deleted, cleared, links }: DeletionQuestion): CrmSyncError =>
  new CrmSyncError(`Of ${links} linked records of ${object}, ${deleted} would be deleted and ${cleared} lose a value.`, {
    code: 'mass_deletion',
    category: 'validation',
    remedy: 'Look in the CRM whether that is meant. If it is, call again with `allowDeletions: true`; if not, restore the records first.',
    at: { object },
  });
