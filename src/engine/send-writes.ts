import type { Millis } from '../core/values/value.ts';
import type { CompleteConnector, Write, Wrote } from '../ports/connector.ts';
import type { Context } from './context.ts';
import type { Session } from './session.ts';

interface Sent {
  /** One for each write, in order. */
  readonly outcomes: readonly Wrote[];
  /** What kept some of them from being sent: to be thrown once the outcomes are recorded. */
  readonly error: unknown;
}

const isForBulk = ({ capabilities: { bulk }, writeBulk }: CompleteConnector, writes: number): boolean =>
  bulk !== undefined && writeBulk !== undefined && writes >= bulk.min;

/** For writes that a job would send too late, or that it could not lead back to their contacts. */
export function withoutBulk(context: Context): Context {
  const { writeBulk: _, capabilities, ...connector } = context.connector;
  const { bulk: __, ...others } = capabilities;
  return { ...context, connector: { ...connector, capabilities: others } };
}

/** From the start of so many writes to their last answer, whatever happens in between. */
export function writeTimeMs(connector: CompleteConnector, writes: number): Millis {
  const { bulk, writeBatchMax, requestTimeoutMs } = connector.capabilities;
  return bulk !== undefined && isForBulk(connector, writes) ? bulk.timeoutMs : Math.ceil(writes / writeBatchMax) * requestTimeoutMs;
}

/** Contacts as batches of writes: as one where they are enough for a bulk job. */
export function inWriteBatches<T>(connector: CompleteConnector, items: readonly T[]): readonly (readonly T[])[] {
  const size = isForBulk(connector, items.length) ? items.length : connector.capabilities.writeBatchMax;
  return Array.from({ length: Math.ceil(items.length / size) }, (_, index) => items.slice(index * size, (index + 1) * size));
}

/** Writes by their position, that go together. */
interface Part {
  readonly positions: readonly number[];
  readonly byJob: boolean;
}

/** What has to be written soon goes by no job, which takes its time, and before one. */
function partsOf(connector: CompleteConnector, notAfter: readonly (Millis | undefined)[]): readonly Part[] {
  const inBatches = (positions: readonly number[]) =>
    inWriteBatches(connector, positions).map((some) => ({ positions: some, byJob: isForBulk(connector, some.length) }));
  const all = [...notAfter.keys()];
  if (!isForBulk(connector, all.length)) return inBatches(all);
  const soon = all.filter((position) => notAfter[position] !== undefined);
  const { writeBatchMax: size } = connector.capabilities;
  return [
    ...Array.from({ length: Math.ceil(soon.length / size) }, (_, index) => ({
      positions: soon.slice(index * size, (index + 1) * size),
      byJob: false,
    })),
    ...inBatches(all.filter((position) => notAfter[position] === undefined)),
  ];
}

/**
 * Sends writes of one kind, in as many requests as the CRM needs: what the first ones have done is kept whatever comes.
 *
 * @param notAfter - Of `Call`, for each write in order; undefined: it may go at any time.
 */
export async function sendWrites(
  { connector }: Context,
  { call }: Session,
  writes: readonly Write[],
  notAfter: readonly (Millis | undefined)[] = writes.map(() => undefined),
): Promise<Sent> {
  const outcomes = new Map<number, Wrote>();
  let error: unknown = null;
  for (const { positions, byJob } of partsOf(connector, notAfter)) {
    const part = positions.map((position) => writes[position] as Write);
    const times = positions.flatMap((position) => notAfter[position] ?? []);
    const timed = times.length === 0 ? call : { ...call, notAfter: Math.min(...times) };
    try {
      const wrote = await (byJob && connector.writeBulk !== undefined ? connector.writeBulk(part, timed) : connector.write(part, timed));
      for (const [index, position] of positions.entries()) outcomes.set(position, wrote[index] as Wrote);
    } catch (thrown) {
      error = thrown; // nothing of it was sent, nor of what would have come after it
      break;
    }
  }
  return { outcomes: writes.map((_, position) => outcomes.get(position) ?? NOT_SENT), error };
}

const NOT_SENT: Wrote = {
  outcome: 'not_sent',
  code: 'not_sent',
  remedy: 'Nothing was written: the same write is sent again once the cause is gone.',
};
