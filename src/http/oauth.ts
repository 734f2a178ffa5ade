import { sha256 } from '@noble/hashes/sha2.js';
import { utf8ToBytes } from '@noble/hashes/utils.js';
import { CrmSyncError } from '../errors.ts';
import { base64Url } from './base64-url.ts';

/** Unguessable bytes. */
export type RandomBytes = (length: number) => Uint8Array;
export const secureBytes: RandomBytes = (length) => crypto.getRandomValues(new Uint8Array(length));

/** Where to send the browser, and what to keep in the user's session until it comes back. */
export interface Authorization {
  readonly url: string;
  /** Ties the answer to this browser. */
  readonly state: string;
  /** Proves that who exchanges the code is who asked for it (PKCE). A secret: it never goes to the browser. */
  readonly codeVerifier: string;
}

/** An answer of the authorize page, and what was kept of the question. */
export interface CodeExchange {
  /** The URL that the browser came back to, or its query. */
  readonly callback: string | URL | URLSearchParams;
  /** As `authorizeUrl` gave it. */
  readonly state: string;
  readonly codeVerifier: string;
  /** Default that of the app: the one that was asked with. */
  readonly redirectUri?: string;
  /** Ends the wait for the exchange, which goes on: its tokens are lost. */
  readonly signal?: AbortSignal;
}

const SECRET_BYTES = 32;

/**
 * The URL of an authorize page, with a fresh state and a fresh verifier (PKCE with S256). Blanks are `%20`: not every page
 * reads `+` as one.
 */
export function authorization(page: URL, query: Readonly<Record<string, string>>, randomBytes: RandomBytes): Authorization {
  const [state, codeVerifier] = [base64Url(randomBytes(SECRET_BYTES)), base64Url(randomBytes(SECRET_BYTES))];
  const all = { ...query, state, code_challenge: challengeOf(codeVerifier), code_challenge_method: 'S256' };
  const url = `${page.href}?${new URLSearchParams(all).toString().replaceAll('+', '%20')}`;
  return { url, state, codeVerifier };
}

/**
 * PKCE with S256.
 *
 * @example
 * challengeOf('dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk') //=> 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM'
 */
export const challengeOf = (codeVerifier: string): string => base64Url(sha256(utf8ToBytes(codeVerifier)));

interface Expected {
  readonly state: string;
  /** Our error for one of the authorize page. */
  readonly refused: (error: string, description: string) => CrmSyncError;
}

/**
 * The code in an answer of the authorize page.
 *
 * @throws CrmSyncError: what the page refused; code `state_mismatch` where the answer is not to the question of this
 * browser; `no_code`.
 */
export function codeOf(callback: CodeExchange['callback'], { state, refused }: Expected): string {
  const answer = queryOf(callback);
  const [code, error, description, told] = ['code', 'error', 'error_description', 'state'].map((name) => only(answer, name));
  if (told !== '' || error === '') assertState(told ?? '', state); // a refusal without a state lets nobody in
  if (error !== '') throw refused((error ?? '').replaceAll('-', '_'), description ?? '');
  if (code) return code;
  throw new CrmSyncError('The callback holds no code.', {
    code: 'no_code',
    category: 'authentication',
    remedy: 'Give `callback` the whole URL that the browser came back to, with its query, and only once.',
  });
}

function queryOf(callback: CodeExchange['callback']): URLSearchParams {
  if (callback instanceof URLSearchParams) return callback;
  if (callback instanceof URL) return callback.searchParams;
  const query = callback.indexOf('?');
  return new URLSearchParams((query < 0 ? callback : callback.slice(query)).replace(/#.*$/s, ''));
}

/** A parameter that stands there once; '' for one that is missing, or that somebody has doubled. */
function only(answer: URLSearchParams, name: string): string {
  const [first = '', ...more] = answer.getAll(name);
  return more.length === 0 ? first : '';
}

function assertState(told: string, expected: string): void {
  if (expected && isSame(told, expected)) return; // a session that has ended has none
  throw new CrmSyncError('The answer of the authorize page does not belong to what this browser asked.', {
    code: 'state_mismatch',
    category: 'authentication',
    remedy: 'Start connecting again in the same browser; keep `state` in the session of the user, and use each answer once.',
  });
}

/** Takes the same time wherever the two differ. */
function isSame(told: string, expected: string): boolean {
  const [a, b] = [sha256(utf8ToBytes(told)), sha256(utf8ToBytes(expected))];
  return a.reduce((difference, byte, index) => difference | (byte ^ b[index]!), 0) === 0;
}

/** @throws CrmSyncError code `invalid_option` where neither the call nor the app names an address to come back to. */
export function redirectOf(redirectUri: string | undefined): string {
  if (redirectUri !== undefined && URL.canParse(redirectUri)) return redirectUri;
  throw new CrmSyncError('`redirectUri` is missing or no URL.', {
    code: 'invalid_option',
    category: 'configuration',
    remedy: 'Give the app a `redirectUri`, exactly as it is registered with the CRM.',
  });
}
