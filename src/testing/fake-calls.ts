/** A request that a fake was sent. It holds no header and no body: no token, no personal value beyond the path. */
export interface SeenCall {
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  /** What it was for: `query`, `describe`, `POST Task`. The first of `operations`. */
  readonly operation: string;
  /** Everything it was for: a batch may create Contacts and Tasks. */
  readonly operations: readonly string[];
  /** HTTP status; null: the caller got no answer. */
  readonly status: number | null;
  /** A request for a token, which is no API call. */
  readonly token: boolean;
  /** How much it took of the account's daily calls. */
  readonly counted: number;
}

/** Requests in order, and how many there were by operation. */
export type CallLog = readonly SeenCall[] & { readonly counts: Readonly<Record<string, number>> };

export function callLog(): { readonly calls: CallLog; add(call: SeenCall): void; clear(): void } {
  const seen: SeenCall[] = [];
  Object.defineProperty(seen, 'counts', {
    get() {
      const counts: Record<string, number> = {};
      for (const { operations } of seen) for (const operation of operations) counts[operation] = (counts[operation] ?? 0) + 1;
      return counts;
    },
  });
  return {
    calls: seen as readonly SeenCall[] as CallLog,
    add: (call) => {
      seen.push(call);
    },
    clear: () => {
      seen.length = 0;
    },
  };
}
