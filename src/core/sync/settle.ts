import { FLIP_WINDOW_MS, markOf } from '../link/flips.ts';
import type { Held, LinkBody, Pair, Sent } from '../link/link.ts';
import { agreedOn } from '../link/pair.ts';
import type { Millis, Value } from '../values/value.ts';
import { stillDecided } from './decided.ts';

/** The operation is in the CRM: what was sent is agreed now; `returned` (by mapping key) is what the CRM made of it (R7). */
export function settleDone(body: LinkBody, op: string, returned: Readonly<Record<string, Value>>, modifiedAt?: string): LinkBody {
  const sent = body.sent.find((candidate) => candidate.op === op);
  if (sent === undefined) return body;
  const base: Record<string, Pair> = { ...body.base };
  const held = { ...body.held };
  for (const [key, { local, remote }] of Object.entries(sent.values)) {
    base[key] = { local, remote: Object.hasOwn(returned, key) ? (returned[key] as Value) : remote, ours: true };
    delete held[key];
  }
  const over = replacedBy(body, base, Object.keys(sent.values));
  const rest = stillDecided(body, (key) => !Object.hasOwn(sent.values, key)); // it has reached the CRM
  return { ...rest, base, held, ...over, sent: without(body.sent, op), modifiedAt: modifiedAt ?? body.modifiedAt };
}

/** The operation had no effect: the intent goes, the pair stays as it was; `held` fields cost no call until they are due. */
export function settleNothing(body: LinkBody, op: string, held: Readonly<Record<string, Held>> = {}): LinkBody {
  return { ...body, held: { ...body.held, ...held }, sent: without(body.sent, op) };
}

/**
 * Settles intents whose time is over by what the CRM shows now, read after they ended (R8): a field that shows what was
 * sent is agreed; any other was not written, or has been changed since, and keeps its old pair: which of the two is for
 * `decideField` to weigh, which is told of what was sent.
 *
 * @param remote - By mapping key; a key that is absent is settled as not written.
 */
export function settleExpired(body: LinkBody, remote: Readonly<Record<string, Value>>, readAt: Millis): LinkBody {
  const ended = body.sent.filter(({ until }) => until < readAt);
  if (ended.length === 0) return body;
  const base: Record<string, Pair> = { ...body.base };
  for (const { values } of ended)
    for (const [key, pair] of Object.entries(values))
      if (Object.hasOwn(remote, key) && remote[key] === pair.remote) base[key] = { ...pair, ours: true };
  const over = replacedBy(
    body,
    base,
    ended.flatMap(({ values }) => Object.keys(values)),
  );
  return { ...body, base, ...over, sent: body.sent.filter(({ until }) => until >= readAt) };
}

/** By what our writes replaced it is known whether the CRM undoes them. A field without a pair had nothing to replace. */
function replacedBy(
  body: LinkBody,
  base: Readonly<Record<string, Pair>>,
  keys: readonly string[],
): { readonly over?: Readonly<Record<string, Value>> } {
  const replaced = keys.flatMap((key) => {
    const before = agreedOn(body.base, key);
    return before === undefined || before.remote === agreedOn(base, key)?.remote ? [] : [[key, markOf(before.remote)] as const];
  });
  return replaced.length === 0 ? {} : { over: { ...body.over, ...Object.fromEntries(replaced) } };
}

const without = (sent: readonly Sent[], op: string): readonly Sent[] => sent.filter((candidate) => candidate.op !== op);

/** When a link must be looked at again for its own sake: an open intent ends, a held field is due, one that the CRM rewrites is left alone long enough. Null: never. */
export function dueAt(body: LinkBody): Millis | null {
  if (body.open === undefined && body.sent.length === 0 && Object.keys(body.held).length === 0) return null; // nearly every link
  const quiet = Object.values(body.open ?? {}).flatMap(({ kind, since }) => (kind === 'rewritten' ? [since + FLIP_WINDOW_MS] : []));
  const times = [...body.sent.map(({ until }) => until), ...Object.values(body.held).flatMap(({ retryAt }) => retryAt ?? []), ...quiet];
  return times.length === 0 ? null : Math.min(...times);
}
