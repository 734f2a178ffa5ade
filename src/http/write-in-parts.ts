import { CrmSyncError } from '../errors.ts';
import type { Wrote } from '../ports/connector.ts';
import { TOO_LATE } from '../ports/too-late.ts';
import { shownCode } from './answers.ts';

/** What became of one request that wrote several items. */
export type PartAnswer<W> =
  | { readonly kind: 'outcomes'; readonly outcomes: readonly Wrote[] }
  | {
      readonly kind: 'refused';
      /** The whole request was refused, which applied nothing. */
      readonly error: CrmSyncError;
      /** The items at fault. Empty: one of them, unknown which. Null: none of them. */
      readonly culprits: ReadonlySet<W> | null;
    };

interface PartsOptions<W> {
  /** As outcomes name it. */
  readonly vendor: string;
  /** Most requests in all: enough to single out one item of a full batch by halves. */
  readonly requestsMax: number;
  send(part: readonly W[]): Promise<PartAnswer<W>>;
}

/**
 * Writes all items in one request, unless the CRM refuses its body as a whole because of an item, which applies nothing:
 * then it is sent again without the items at fault, or in halves until they stand alone. One outcome per item, in order.
 *
 * @throws CrmSyncError where nothing was applied and no item is at fault: no access, a limit.
 */
export async function writeInParts<W>(items: readonly W[], options: PartsOptions<W>): Promise<readonly Wrote[]> {
  return writePart(items, options, { requests: options.requestsMax });
}

async function writePart<W>(items: readonly W[], options: PartsOptions<W>, allowance: { requests: number }): Promise<readonly Wrote[]> {
  allowance.requests -= 1;
  const answer = await options.send(items);
  if (answer.kind === 'outcomes') return answer.outcomes;
  const { error, culprits } = answer;
  if (culprits === null) throw error;
  if (culprits.size === items.length || allowance.requests <= 0) return items.map((item) => refusedWith(error, culprits.has(item)));

  const again = culprits.size > 0 ? [items.filter((item) => !culprits.has(item))] : halves(items);
  const outcomes = new Map([...culprits].map((item): [W, Wrote] => [item, refusedWith(error, true)]));
  for (const some of again) {
    const written = outcomes.size > 0;
    const wrote = await keepOutcomes(() => writePart(some, options, allowance), { some, written, vendor: options.vendor });
    for (const [index, item] of some.entries()) outcomes.set(item, wrote[index]!);
  }
  return items.map((item) => outcomes.get(item)!);
}

const halves = <W>(items: readonly W[]): readonly (readonly W[])[] => {
  const half = Math.ceil(items.length / 2);
  return [items.slice(0, half), items.slice(half)];
};

/** Once something has been written or refused, nothing may throw these outcomes away. */
async function keepOutcomes(
  write: () => Promise<readonly Wrote[]>,
  { some, written, vendor }: { some: readonly unknown[]; written: boolean; vendor: string },
) {
  try {
    return await write();
  } catch (error) {
    if (!written) throw error;
    return some.map(() => notSent(vendor, error instanceof CrmSyncError ? error.code : 'aborted'));
  }
}

/** @param certain - It is this item's fault; else it came with one that could not be singled out, and may go later. */
function refusedWith({ code, remedy, retryable, at: { field } }: CrmSyncError, certain: boolean): Wrote {
  return { outcome: 'refused', code, remedy, retryable: retryable || !certain, ...(certain && field !== undefined ? { field } : {}) };
}

/** Whether a write took effect is not told: it did not, or nobody knows. */
export type Untold = Extract<Wrote, { readonly outcome: 'not_sent' | 'unknown' }>;

export const notSent = (vendor: string, cause: string): Untold => ({
  outcome: 'not_sent',
  code: shownCode(cause),
  remedy:
    cause === TOO_LATE
      ? 'Nothing was written: the record was read too long ago. It is read again, and then written.'
      : `Nothing was written: the same write is sent again when ${vendor} can be reached.`,
});

export const unknownOutcome = (cause: string): Untold => ({
  outcome: 'unknown',
  code: shownCode(cause),
  remedy: 'The write may have been carried out: the record is looked up before anything is sent again.',
});
