import type { Millis } from '../../core/value.ts';

const HMAC = { name: 'HMAC', hash: 'SHA-256' } as const;
const SIGNATURE = /^v=(\d{1,15}),d=([0-9a-f]{64})$/i;
const encoder = new TextEncoder();

export interface RetellSigning {
  /** The API key that has the "webhook" badge in Retell's dashboard: no other one signs. */
  readonly apiKey: string;
  /** When the webhook is sent; it is part of what is signed. */
  readonly at: Date | Millis;
}

/** The body's bytes as they are on the wire. */
const bytesOf = (body: string | Uint8Array): Uint8Array => (typeof body === 'string' ? encoder.encode(body) : body);

/** What is signed: the body, then the time as decimal digits, with nothing between. */
function signedBytes(body: Uint8Array, at: Millis): Uint8Array<ArrayBuffer> {
  const time = encoder.encode(String(at));
  const bytes = new Uint8Array(body.byteLength + time.byteLength);
  bytes.set(body);
  bytes.set(time, body.byteLength);
  return bytes;
}

const keyOf = (apiKey: string, use: 'sign' | 'verify') => crypto.subtle.importKey('raw', encoder.encode(apiKey), HMAC, false, [use]);

/**
 * The value of the header `x-retell-signature` for a body, as Retell makes it: for a host's own tests.
 *
 * Source: retell-sdk 5.66, lib/webhook_auth.js.
 */
export async function signRetell(body: string | Uint8Array, { apiKey, at }: RetellSigning): Promise<string> {
  const time = typeof at === 'number' ? at : at.getTime();
  const digest = await crypto.subtle.sign(HMAC, await keyOf(apiKey, 'sign'), signedBytes(bytesOf(body), time));
  const hex = [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  return `v=${time},d=${hex}`;
}

/** A header as it was read; whether it fits the body is not said yet. */
export interface RetellSignature {
  readonly at: Millis;
  readonly digest: Uint8Array<ArrayBuffer>;
}

/** Undefined for anything that is not `v=<milliseconds>,d=<64 hex digits>`. */
export function readSignature(header: string): RetellSignature | undefined {
  const match = SIGNATURE.exec(header.trim());
  if (match === null) return undefined;
  const digest = Uint8Array.from(match[2]!.match(/../g)!, (pair) => Number.parseInt(pair, 16));
  return { at: Number(match[1]), digest };
}

/** Compared by WebCrypto, which takes the same time wherever the two differ. */
export const signatureFits = async (body: Uint8Array, { at, digest }: RetellSignature, apiKey: string): Promise<boolean> =>
  crypto.subtle.verify(HMAC, await keyOf(apiKey, 'verify'), digest, signedBytes(body, at));
