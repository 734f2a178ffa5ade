import type { Millis } from '../core/value.ts';
import type { Call, CompleteConnector, Write, Wrote } from '../ports/connector.ts';
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

/**
 * Sends writes of one kind, in as many requests as the CRM needs: what the first ones have done is kept whatever comes.
 *
 * @param notAfter - Of `Call`: what it is given for goes by no job, which takes its time.
 */
export async function sendWrites({ connector }: Context, session: Session, writes: readonly Write[], notAfter?: Millis): Promise<Sent> {
  const call: Call = { ...session.call, ...(notAfter !== undefined && { notAfter }) };
  const outcomes: Wrote[] = [];
  try {
    if (notAfter === undefined && connector.writeBulk !== undefined && isForBulk(connector, writes.length))
      outcomes.push(...(await connector.writeBulk(writes, call)));
    else for (const batch of inWriteBatches(connector, writes)) outcomes.push(...(await connector.write(batch, call)));
    return { outcomes, error: null };
  } catch (error) {
    const unsent = writes.slice(outcomes.length).map(() => NOT_SENT); // it throws only if nothing of it was sent
    return { outcomes: [...outcomes, ...unsent], error };
  }
}

const NOT_SENT: Wrote = {
  outcome: 'not_sent',
  code: 'not_sent',
  remedy: 'Nothing was written: the same write is sent again once the cause is gone.',
};
