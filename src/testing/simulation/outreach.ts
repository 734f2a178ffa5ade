import type { SegmentEvent } from '../../core/segments/segment.ts';
import type { Broken } from './broken.ts';

/** What the host of a connection was told of its segments, kept where no crash takes it. */
export class Outreach {
  /** By id. */
  readonly told = new Map<string, SegmentEvent>();
  readonly broken: Broken[] = [];
  /** By id: when the host had the answer that it is acknowledged, as a number that grows. */
  readonly #acknowledged = new Map<string, number>();
  #turn = 0;

  /** A process reads events. */
  begin(): number {
    this.#turn += 1;
    return this.#turn;
  }

  receive(events: readonly SegmentEvent[], begun: number): void {
    for (const event of events) {
      const { id, contactId } = event;
      if ((this.#acknowledged.get(id) ?? begun) < begun)
        this.broken.push({ promise: 'P5', message: `event ${id} is told again after it was acknowledged`, about: [contactId] });
      this.told.set(id, event);
    }
  }

  acknowledged(ids: readonly string[]): void {
    this.#turn += 1;
    for (const id of ids) if (!this.#acknowledged.has(id)) this.#acknowledged.set(id, this.#turn);
  }
}
