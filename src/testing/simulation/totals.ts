/** How much of everything there was. */
export interface SimulationTotals {
  readonly steps: number;
  /** Flows that were started, and those whose process died. */
  readonly flows: number;
  readonly deaths: number;
  readonly requests: number;
  readonly writes: number;
  readonly faults: number;
  /** Values that people and analyses typed, on both sides. */
  readonly edits: number;
  readonly conversations: number;
  readonly conflicts: number;
  /** Records that somebody gave to a contact. */
  readonly assignments: number;
  /** Contacts that somebody removed, and people who were erased. */
  readonly removals: number;
  readonly erasures: number;
  /** Virtual time. */
  readonly days: number;
}
