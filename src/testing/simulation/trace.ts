/** One thing that happened. */
interface Happening {
  readonly step: number;
  readonly at: number;
  readonly text: string;
  /** Ids and values that it is about. */
  readonly about: readonly string[];
}

/** Everything that happened, in order: what a broken promise is explained by, and what two runs of a seed must agree on. */
export class Trace {
  readonly #happenings: Happening[] = [];
  readonly #now: () => number;
  /** The step that is under way. */
  step = 0;
  #hash = 0x811c9dc5;
  #length = 0;

  constructor(now: () => number) {
    this.#now = now;
  }

  /** A turn of a process: counts for the hash, and is too small for a story. */
  turn(text: string): void {
    this.#mix(`${this.#now()} ${text}`);
  }

  tell(text: string, about: readonly string[] = []): void {
    this.#happenings.push({ step: this.step, at: this.#now(), text, about });
    this.#mix(`${this.#now()} ${text} ${about.join(' ')}`);
  }

  get hash(): string {
    return `${this.#hash.toString(16).padStart(8, '0')}-${this.#length}`;
  }

  /** The last things about any of these, oldest first, a line each. */
  about(ids: readonly string[], limit: number): readonly string[] {
    const wanted = new Set(ids);
    const found = this.#happenings.filter(({ about }) => about.some((id) => wanted.has(id)));
    return found.slice(-limit).map(({ step, at, text }) => `step ${step}, ${new Date(at).toISOString()}: ${text}`);
  }

  /** FNV-1a. */
  #mix(text: string): void {
    this.#length += 1;
    for (let index = 0; index < text.length; index += 1) this.#hash = Math.imul(this.#hash ^ text.charCodeAt(index), 0x01000193) >>> 0;
  }
}
