/**
 * One sentence of a port's contract and how to check it. Cases run under any test runner, in any order, each with
 * what `make` gives it afresh.
 *
 * @example
 * for (const { id, rule, requires, check } of contactStoreContract)
 *   it.skipIf(requires !== undefined && !capabilities[requires])(`${id} ${rule}`, () => check(makeStore));
 */
export interface ContractCase<Subject, Capability extends string = string> {
  /** Stable: quoted in docs, changelog and bug reports. */
  readonly id: string;
  readonly rule: string;
  /** Run only where the implementation declares this capability. */
  readonly requires?: Capability;
  /** Rejects with an `AssertionError` where the rule is broken. */
  readonly check: (make: Make<Subject>) => Promise<void>;
}

/** Makes one fresh implementation, with nothing in it. The host's test closes it afterwards. */
export type Make<Subject> = () => Subject | Promise<Subject>;
