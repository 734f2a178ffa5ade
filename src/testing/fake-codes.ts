import type { Millis } from '../core/values/value.ts';

/** What a code was asked for with. */
export interface CodeRequest {
  readonly redirectUri: string;
  /** PKCE with S256. */
  readonly codeChallenge?: string;
  readonly scopes?: readonly string[];
}
export type Taken =
  | { readonly ok: true; readonly scopes: readonly string[] | undefined }
  | { readonly ok: false; readonly why: 'unknown' | 'expired' | 'redirect' | 'verifier' };

/** Authorization codes: each good once, for a while, for who asked for it. */
export function codeStore(now: () => Millis, lifeMs: Millis) {
  const codes = new Map<string, CodeRequest & { readonly at: Millis }>();
  return {
    add(code: string, request: CodeRequest): void {
      codes.set(code, { ...request, at: now() });
    },
    /** Whatever comes of it, the code is used up. */
    async take(form: URLSearchParams): Promise<Taken> {
      const given = form.get('code') ?? '';
      const known = codes.get(given);
      codes.delete(given);
      if (known === undefined) return { ok: false, why: 'unknown' };
      if (now() - known.at > lifeMs) return { ok: false, why: 'expired' };
      if (form.get('redirect_uri') !== known.redirectUri) return { ok: false, why: 'redirect' };
      const proven = known.codeChallenge === undefined || (await challengeOf(form.get('code_verifier') ?? '')) === known.codeChallenge;
      return proven ? { ok: true, scopes: known.scopes } : { ok: false, why: 'verifier' };
    },
  };
}

/** True for what an authorize page may be asked with: no PKCE, or a whole challenge by S256. */
export function isSoundChallenge(query: URLSearchParams): boolean {
  const [challenge, method] = [query.get('code_challenge'), query.get('code_challenge_method')];
  return challenge === null ? method === null : /^[\w-]{43}$/.test(challenge) && (method ?? 'S256') === 'S256';
}

/** Sends the browser back, with the state that it came with. */
export function sendBack(query: URLSearchParams, answer: Readonly<Record<string, string>>) {
  const back = new URL(query.get('redirect_uri') ?? '');
  for (const [name, value] of Object.entries(answer)) back.searchParams.set(name, value);
  const state = query.get('state');
  if (state !== null) back.searchParams.set('state', state);
  return { status: 302, headers: { location: back.toString() } };
}

async function challengeOf(verifier: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(verifier));
  return btoa(String.fromCharCode(...new Uint8Array(digest)))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '');
}
