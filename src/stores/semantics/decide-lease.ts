import type { Millis } from '../../core/values/value.ts';
import type { Entry, Leased, LeaseRequest } from '../../ports/store.ts';

/** What to do with the entry of a lease: nothing, or write it under this version until then. */
export type LeaseDecision =
  | { readonly action: 'busy'; readonly answer: Leased }
  | { readonly action: 'write'; readonly answer: Leased; readonly dueAt: Millis; readonly body: { readonly holder: string } };

const holderOf = ({ body }: Pick<Entry, 'body'>): string => {
  const holder = typeof body === 'object' && body !== null && 'holder' in body ? body['holder'] : null;
  return typeof holder === 'string' ? holder : '';
};

/**
 * Takes a free or expired lease under a new token, or renews one that is held by the given token. Renewing keeps the
 * token, expired or not: as long as nobody else took the lease, commits that expect it are still alone.
 */
export function decideLease(input: {
  readonly lease: Pick<Entry, 'version' | 'dueAt' | 'body'> | undefined;
  readonly request: LeaseRequest;
  readonly now: Millis;
  /** A version that was never given before. */
  readonly stamp: string;
}): LeaseDecision {
  const { lease, request, now, stamp } = input;
  const ours = lease !== undefined && lease.version === request.token;
  const free = lease === undefined || (lease.dueAt ?? 0) <= now;
  if (!ours && !free) return { action: 'busy', answer: { held: false, holder: holderOf(lease), now } };
  const token = ours ? lease.version : stamp;
  return { action: 'write', answer: { held: true, token, now }, dueAt: now + request.ttlMs, body: { holder: request.holder } };
}
