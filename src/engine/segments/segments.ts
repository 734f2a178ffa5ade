import type { SegmentEvent } from '../../core/segments/segment.ts';
import type { Entry } from '../../ports/store.ts';
import type { Context } from '../context.ts';
import { KIND } from '../kinds.ts';
import { loadFlows } from '../load-flows.ts';
import type { FlowOptions } from '../options.ts';
import type { Compared } from './compare.ts';

export interface ListEventsOptions {
  /** Only of this segment. */
  readonly segment?: string;
  /** Id of the last one of the page before. */
  readonly after?: string;
  /** Default 100. */
  readonly limit?: number;
}

/** Who entered a segment, left it, or changed in it: kept until the host has done with it. */
export class SegmentEvents {
  readonly #context: Context;

  constructor(context: Context) {
    this.#context = context;
  }

  /** What nobody has acknowledged yet, oldest first. Reading changes nothing: the same events come again until they are acknowledged. */
  async events({ segment, after = '', limit = 100 }: ListEventsOptions = {}): Promise<readonly SegmentEvent[]> {
    const found: SegmentEvent[] = [];
    // Bound: every page begins after the one before, and the last one is not full.
    for (let last = after; found.length < limit; ) {
      const page = await this.#context.store.entries({ scope: 'connection', kind: KIND.segmentEvent, after: last, limit });
      found.push(...page.map(eventOf).filter((event) => segment === undefined || event.segment === segment));
      if (page.length < limit) break;
      last = page.at(-1)?.key ?? '';
    }
    return found.slice(0, limit);
  }

  /** The host has done with these events: they are kept no longer. Answers how many there were; doing it again changes nothing. */
  async acknowledge(ids: readonly string[]): Promise<number> {
    let acknowledged = 0;
    const unique = [...new Set(ids)];
    for (let start = 0; start < unique.length; start += ACKNOWLEDGED) {
      const keys = unique.slice(start, start + ACKNOWLEDGED);
      acknowledged += await this.#forget(
        await this.#context.store.entries({ scope: 'connection', kind: KIND.segmentEvent, keys, limit: keys.length }),
      );
    }
    return acknowledged;
  }

  /**
   * Compares everybody with every segment, as each pull does when it is done: for hosts that write their table themselves and do not
   * pull. `full`: ten thousand events wait, and nothing more is compared until some are acknowledged. Safe to call at any time.
   */
  async compare(options: Pick<FlowOptions, 'timeLimitMs' | 'signal'> = {}): Promise<Compared> {
    const { compareAll, Session } = await loadFlows();
    return compareAll(this.#context, new Session(this.#context, options));
  }

  /** Gives up events that nobody has acknowledged, older than this; answers how many. */
  async prune({ olderThan }: { readonly olderThan: Date }): Promise<number> {
    const end = olderThan.toISOString();
    let removed = 0;
    for (;;) {
      const page = await this.#context.store.entries({ scope: 'connection', kind: KIND.segmentEvent, limit: ACKNOWLEDGED });
      const old = page.filter(({ key }) => key < end);
      removed += await this.#forget(old);
      if (old.length < ACKNOWLEDGED) return removed;
    }
  }

  async #forget(entries: readonly Entry[]): Promise<number> {
    if (entries.length === 0) return 0;
    const changes = entries.map(({ scope, kind, key }) => ({ scope, kind, key, expected: 'any', put: 'delete' }) as const);
    await this.#context.store.commit({ rows: [], entries: changes });
    return entries.length;
  }
}

const ACKNOWLEDGED = 500;

const eventOf = ({ key, contactId, body }: Entry): SegmentEvent => ({
  id: key,
  contactId: contactId ?? '',
  ...(body as unknown as Omit<SegmentEvent, 'id' | 'contactId'>),
});
