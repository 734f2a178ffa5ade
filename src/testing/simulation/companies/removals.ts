import type { RowChange } from '../../../ports/store.ts';
import type { Broken } from '../broken.ts';
import type { Ledger } from '../ledger.ts';
import type { CompanyField } from './company.ts';

/** A company that somebody removed here. */
interface Removed {
  readonly at: number;
  /** Its records, of all CRMs, until they are restored there. */
  readonly records: Set<string>;
}

interface Parts {
  readonly ledger: Ledger<CompanyField>;
  readonly now: () => number;
}

/** Companies that somebody removed on our side, and what must stay away since. It knows links only from what was committed. */
export class Removals {
  /** By company. */
  readonly removed = new Map<string, Removed>();
  /** What came back, as it happened. */
  readonly broken: Broken[] = [];
  readonly #parts: Parts;
  /** By company and link: its record. */
  readonly #links = new Map<string, Map<string, string>>();

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** Somebody removed the company of this record, also while that was in the bin. */
  isKept(recordId: string): boolean {
    return this.#ownerOf(recordId) !== undefined;
  }

  /** A change of a company that this process committed. */
  note(row: RowChange, companyId: string, by: string): void {
    const links = this.#links.get(companyId) ?? new Map<string, string>();
    if (row.kind === 'delete' && by.startsWith('removal '))
      this.removed.set(companyId, { at: this.#parts.now(), records: new Set(links.values()) });
    for (const { id, recordId, state, remove } of 'links' in row ? (row.links ?? []) : []) {
      if (recordId === null) continue;
      if (remove === true || state === 'declined') links.delete(id);
      else links.set(id, recordId);
      if (remove === true && by.startsWith('restoration ')) this.removed.get(companyId)?.records.delete(recordId);
      const owner = this.#ownerOf(recordId);
      // Of a record that was merged nobody can say any more whose it is.
      if (remove === true || state !== 'active' || owner === undefined || owner === companyId || this.#parts.ledger.isMerged(recordId))
        continue;
      const message = `${by} gives record ${recordId} of the removed company ${owner} to ${companyId}`;
      this.broken.push({ promise: 'P11', message, about: [owner, companyId, recordId] });
    }
    this.#links.set(companyId, links);
  }

  #ownerOf(recordId: string): string | undefined {
    return [...this.removed].find(([, { records }]) => records.has(recordId))?.[0];
  }
}
