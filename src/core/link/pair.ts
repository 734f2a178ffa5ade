import type { Value } from '../values/value.ts';
import type { Agreed, Pair } from './link.ts';

/** Most sides spell a value the same way: the value alone says so, in half the space. */
export const agreed = (local: Value, remote: Value): Pair => (local === remote ? local : { local, remote });

/** As `agreed`, and keeps where the local half came from. */
export const pairOf = ({ local, remote, ours }: Agreed): Pair => (ours === true ? { local, remote, ours } : agreed(local, remote));

/** Both halves, and where the local one came from. */
export const halvesOf = (pair: Pair): Agreed => (isWhole(pair) ? pair : { local: pair, remote: pair });

/** What was agreed on for a mapping key; undefined: nothing ever was. */
export const agreedOn = (base: Readonly<Record<string, Pair>>, key: string): Agreed | undefined =>
  Object.hasOwn(base, key) ? halvesOf(base[key] as Pair) : undefined;

export const localOf = (pair: Pair): Value => (isWhole(pair) ? pair.local : pair);
export const remoteOf = (pair: Pair): Value => (isWhole(pair) ? pair.remote : pair);

const isWhole = (pair: Pair): pair is Agreed => typeof pair === 'object' && pair !== null;
