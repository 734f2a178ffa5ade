import type { Direction, Party } from '../../core/conversation/conversation.ts';
import type { Millis } from '../../core/values/value.ts';
import { filled } from './filled.ts';
import type { RawObject } from './object-of.ts';
import { partyOf } from './party.ts';
import { storable } from './storable.ts';

/** Who took part, where the payload does not say. */
export interface ResolvedNumbers {
  readonly contact?: string | undefined;
  readonly agent?: string | undefined;
  readonly direction?: Direction | undefined;
}

/** What only the host knows of a payload. The same for every platform. */
export interface PayloadOptions {
  /**
   * Asked where the payload lacks a number or the direction, as for chats and web calls: gives them from the host's own
   * context, for example from `metadata`. What the payload says itself counts first. An error it throws goes to the
   * caller as it is.
   *
   * @param source - The call, chat or message as the platform sent it.
   */
  readonly resolveNumbers?: (source: RawObject) => ResolvedNumbers | undefined;
  /** ISO 3166, two letters: for numbers without a country. */
  readonly defaultCountry?: string;
  /** When the event came. The start of a call that never connected, for which the platform gives no time of its own. */
  readonly now?: Date | string | Millis;
}

type Address = string | number | undefined;

/** What a payload says of both sides. */
export interface GivenSides {
  readonly direction: Direction | undefined;
  /** Which address is whose; for a payload that tells callers and called, that needs the direction. */
  readonly addresses: (direction: Direction) => { readonly contact?: Address; readonly agent?: Address };
}

export interface Sides {
  readonly direction: Direction;
  readonly contact: Party;
  readonly agent: Party;
}

/** The addresses of a payload that names a caller and a called one. */
export const fromAndTo =
  (from: Address, to: Address): GivenSides['addresses'] =>
  (direction) =>
    direction === 'inbound' ? { contact: from, agent: to } : direction === 'outbound' ? { contact: to, agent: from } : {};

const DIRECTIONS: ReadonlySet<unknown> = new Set<Direction>(['inbound', 'outbound', 'unknown']);
const textOf = (address: unknown): string | undefined =>
  typeof address === 'string' || typeof address === 'number' ? filled(storable(String(address))) : undefined;

/** Direction and both sides; the host is asked where something is missing. */
export function sidesOf(raw: RawObject, given: GivenSides, { resolveNumbers, defaultCountry }: PayloadOptions): Sides {
  const told = given.direction === undefined || given.direction === 'unknown' ? undefined : given.direction;
  const named = told === undefined ? {} : given.addresses(told);
  const complete = textOf(named.contact) !== undefined && textOf(named.agent) !== undefined;
  const resolved = complete ? undefined : resolveNumbers?.(raw);
  const direction = told ?? (DIRECTIONS.has(resolved?.direction) ? resolved!.direction! : 'unknown');
  const { contact, agent } = given.addresses(direction);
  const country = defaultCountry === undefined ? {} : { defaultCountry };
  return {
    direction,
    contact: partyOf(textOf(contact) ?? textOf(resolved?.contact), country),
    agent: partyOf(textOf(agent) ?? textOf(resolved?.agent), country),
  };
}
