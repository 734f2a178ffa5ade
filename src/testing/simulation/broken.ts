/** A promise that was not kept. */
export interface Broken {
  /** As `docs/promises.md` numbers it. */
  readonly promise: string;
  readonly message: string;
  /** Ids and values that it is about. */
  readonly about: readonly string[];
}
