import type { Millis } from '../../core/values/value.ts';
import { HubSpotFailure } from './failure.ts';
import { instantText } from './instant.ts';

/** Access tokens of the connected app. */
export interface Sessions {
  /** A token that lives for `lifeSeconds`. */
  issue(): string;
  /** @throws HubSpotFailure 401 for a token that is missing, unknown or expired. */
  check(token: string): void;
  /** Milliseconds that a token has left; null for one that is dead or unknown. */
  left(token: string): Millis | null;
  /** It has expired just now. */
  expire(token: string): void;
  expireAll(): void;
  /** Tokens of an app that was uninstalled are unknown. */
  forgetAll(): void;
}

export function createSessions(now: () => Millis, lifeSeconds: number, privateToken: string | null): Sessions {
  const ends = new Map<string, Millis>(privateToken === null ? [] : [[privateToken, Number.POSITIVE_INFINITY]]);
  let issued = 0;
  const expire = (token: string): void => {
    if (ends.has(token)) ends.set(token, Math.min(now(), ends.get(token)!));
  };
  return {
    issue() {
      issued += 1;
      const token = `CJfake.access.${issued}`;
      ends.set(token, now() + lifeSeconds * 1000);
      return token;
    },
    check(token) {
      const end = ends.get(token);
      if (end !== undefined && end > now()) return;
      // text that is no token at all counts as one that ended in 1970
      if (end === undefined && (token === '' || looksLikeToken(token))) throw unknownToken();
      throw expired(now(), end ?? 0);
    },
    left(token) {
      const end = ends.get(token);
      return end === undefined || end <= now() ? null : end - now();
    },
    expire,
    expireAll() {
      for (const token of ends.keys()) expire(token);
    },
    forgetAll: () => ends.clear(),
  };
}

const looksLikeToken = (text: string): boolean => /^(CJ|pat-)/.test(text);

/** Source for both: bodies of HubSpot, "Error handling". */
const unknownToken = (): HubSpotFailure =>
  new HubSpotFailure(
    401,
    'Authentication credentials not found. This API supports OAuth 2.0 authentication and you can find more details at https://developers.hubspot.com/docs/methods/auth/oauth-overview',
    { category: 'INVALID_AUTHENTICATION' },
  );

const expired = (now: Millis, end: Millis): HubSpotFailure =>
  new HubSpotFailure(401, `The OAuth token used to make this call expired ${Math.floor((now - end) / 1000)} second(s) ago.`, {
    category: 'EXPIRED_AUTHENTICATION',
    context: { 'expire time': [instantText(end)] },
  });
