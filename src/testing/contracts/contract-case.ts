/**
 * One sentence of a port's contract and how to check it. Cases run under any test runner, in any order, each with
 * what `make` gives it afresh.
 *
 * @example
 * const capabilities: ReadonlySet<StoreCapability> = new Set(['suggestedIds', 'exactScans']);
 * for (const { id, rule, requires, check } of contactStoreContract)
 *   it.skipIf(requires.some((one) => !capabilities.has(one)))(`${id} ${rule}`, () => check(makeStore));
 */
export interface ContractCase<Subject, Capability extends string = string> {
  /** Stable: quoted in docs, changelog and bug reports. */
  readonly id: string;
  readonly rule: string;
  /** Run only where the implementation declares all of these; empty: run always. */
  readonly requires: readonly Capability[];
  /** Rejects with an `AssertionError` where the rule is broken. */
  readonly check: (make: Make<Subject>) => Promise<void>;
}

/** Makes one fresh implementation, with nothing in it. The host's test closes it afterwards. */
export type Make<Subject> = () => Subject | Promise<Subject>;

/** A case as the suites write it down: most require nothing, or one capability. */
export interface WrittenCase<Subject, Capability extends string> extends Omit<ContractCase<Subject, Capability>, 'requires'> {
  readonly requires?: Capability | readonly Capability[];
}

/** A suite of the cases as they are written down. */
export const contractOf = <Subject, Capability extends string>(
  cases: readonly WrittenCase<Subject, Capability>[],
): readonly ContractCase<Subject, Capability>[] =>
  cases.map(({ requires = [], ...one }) => ({ ...one, requires: [requires].flat() as Capability[] }));
