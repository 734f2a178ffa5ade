import type { Millis } from '../../core/values/value.ts';
import { type Bytes, bytesOf, bytesOfHex, hexOf } from '../webhook/bytes.ts';
import { type Hmac, hmac, hmacFits } from '../webhook/hmac.ts';
import { millisOf } from '../webhook/millis-of.ts';

const SIGNATURE = /^v=(\d{1,15}),d=([0-9a-f]{64})$/i;

export interface RetellSigning {
  /** The API key that has the "webhook" badge in Retell's dashboard: no other one signs. */
  readonly apiKey: string;
  /** When the webhook is sent; it is part of what is signed. */
  readonly at: Date | Millis;
}

/** What is signed: the body, then the time as decimal digits, with nothing between. */
const signed = (body: string | Uint8Array, at: Millis, apiKey: string): Hmac => ({
  hash: 'SHA-256',
  secret: apiKey,
  message: bytesOf(body, String(at)),
});

/**
 * The value of the header `x-retell-signature` for a body, as Retell makes it: for a host's own tests.
 *
 * Source: retell-sdk 5.66, lib/webhook_auth.js.
 */
export async function signRetell(body: string | Uint8Array, { apiKey, at }: RetellSigning): Promise<string> {
  const time = millisOf(at);
  return `v=${time},d=${hexOf(await hmac(signed(body, time, apiKey)))}`;
}

/** A header as it was read; whether it fits the body is not said yet. */
export interface RetellSignature {
  readonly at: Millis;
  readonly digest: Bytes;
}

/** Undefined for anything that is not `v=<milliseconds>,d=<64 hex digits>`. */
export function readSignature(header: string): RetellSignature | undefined {
  const match = SIGNATURE.exec(header.trim());
  const digest = bytesOfHex(match?.[2] ?? '');
  return digest === undefined ? undefined : { at: Number(match?.[1]), digest };
}

export const signatureFits = (body: Uint8Array, { at, digest }: RetellSignature, apiKey: string): Promise<boolean> =>
  hmacFits(digest, signed(body, at, apiKey));
