export interface Fault<What extends string = string> {
  /** The operation it strikes: `POST Task`, `query`, `token`; `*` is any. */
  readonly on: string;
  readonly what: What;
  /** How many requests it strikes. Default 1; `Infinity` for as long as the test runs. */
  readonly times?: number;
  /** With `lost_ack`: the write takes effect so many milliseconds after the connection broke. Default 0: before it. */
  readonly afterMs?: number;
  /** With `latency`: milliseconds. */
  readonly ms?: number;
}

/** Faults in the order they were declared; the first that fits a request strikes it. */
export function faultPlan<What extends string>(): {
  declare(fault: Fault<What>): void;
  take(operations: readonly string[]): Fault<What> | undefined;
  /** Faults that were declared and did not strike as often as declared. */
  unused(): readonly Fault<What>[];
} {
  const plan: { readonly fault: Fault<What>; left: number; struck: boolean }[] = [];
  return {
    declare(fault) {
      const times = fault.times ?? 1;
      if (times !== Number.POSITIVE_INFINITY && !(Number.isInteger(times) && times >= 1))
        throw new RangeError(`A fault strikes a whole number of times, at least once, not ${times}.`);
      plan.push({ fault, left: times, struck: false });
    },
    take(operations) {
      const entry = plan.find(({ fault, left }) => left > 0 && (fault.on === '*' || operations.includes(fault.on)));
      if (entry === undefined) return undefined;
      entry.left -= 1;
      entry.struck = true;
      return entry.fault;
    },
    unused: () =>
      plan
        .filter(({ left, struck }) => left > 0 && !(struck && left === Number.POSITIVE_INFINITY))
        .map(({ fault, left }) => ({ ...fault, times: left })),
  };
}
