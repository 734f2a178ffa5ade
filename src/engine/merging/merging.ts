import { type MergingTotals, NO_MERGING } from '../../core/runs/merging.ts';

/** The questions of one run, whichever of its sessions asks them. */
export class Merging {
  totals: MergingTotals = NO_MERGING;
}
