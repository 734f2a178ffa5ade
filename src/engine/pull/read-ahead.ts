import type { Clock } from '../../ports/clock.ts';
import type { Call, Page } from '../../ports/connector.ts';

type Outcome = { readonly page: Page | null } | { readonly error: unknown };

/**
 * The pages of a read, one of which may be asked for while the one before it is being committed: the CRM and the store then
 * work at once. What goes wrong with it is told when it is its turn, so that the page before it is committed in any case.
 */
export class ReadAhead {
  readonly #pages: AsyncIterator<Page>;
  readonly #closing = new AbortController();
  #asked: Promise<Outcome> | null = null;

  constructor(read: (call: Call) => AsyncIterable<Page>, call: Call) {
    const signal = AbortSignal.any([call.signal, this.#closing.signal]);
    this.#pages = read({ ...call, signal })[Symbol.asyncIterator]();
  }

  /** The next page has been asked for: no further call is needed to have it. */
  get isAsked(): boolean {
    return this.#asked !== null;
  }

  /** Asks for the next page. Its request leaves before this resolves: a store in this process may let nothing else run meanwhile. */
  async ask(clock: Clock): Promise<void> {
    this.#asked = this.#ask();
    await clock.sleep(0);
  }

  /** Null: there are no more. */
  async next(): Promise<Page | null> {
    const outcome = await (this.#asked ?? this.#ask());
    this.#asked = null;
    if ('error' in outcome) throw outcome.error;
    return outcome.page;
  }

  /** Nobody waits for a page that is still on its way: its request is given up. */
  async close(): Promise<void> {
    this.#closing.abort();
    await this.#pages.return?.();
  }

  #ask(): Promise<Outcome> {
    return this.#pages.next().then(
      ({ value, done }) => ({ page: done === true ? null : value }),
      (error: unknown) => ({ error }),
    );
  }
}
