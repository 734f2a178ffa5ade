/** What both fakes do alike with a record, whatever object it is of. */
interface Bin {
  remove(id: string): unknown;
  /** Throws where it is not in the bin. */
  restore(id: string): unknown;
  merge(winnerId: string, loserId: string): { readonly id: string };
}

/** As both fakes take it. */
export const shownAfter = (commitDelayMs?: number) => (commitDelayMs === undefined ? {} : { commitDelayMs });

export const recordsOf = (crm: Bin) => ({
  remove: (id: string): void => void crm.remove(id),
  /** False: it is not in the bin. */
  restore(id: string): boolean {
    try {
      crm.restore(id);
      return true;
    } catch {
      return false;
    }
  },
  merge: (winnerId: string, loserId: string): string => crm.merge(winnerId, loserId).id,
});
