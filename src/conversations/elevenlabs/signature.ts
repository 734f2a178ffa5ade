import type { Millis } from '../../core/values/value.ts';
import { type Bytes, bytesOf, bytesOfHex, hexOf } from '../webhook/bytes.ts';
import { type Hmac, hmac, hmacFits } from '../webhook/hmac.ts';
import { millisOf } from '../webhook/millis-of.ts';

export interface ElevenLabsSigning {
  /** The secret of the webhook, `wsec_…`, which ElevenLabs shows once when it is made. */
  readonly secret: string;
  /** When the webhook is sent; it is part of what is signed, in whole seconds. */
  readonly at: Date | Millis;
}

const TIME = /^t=(\d{1,12})$/;
const DIGEST = /^v0=([0-9a-f]{64})$/i;

const signed = (body: string | Uint8Array, seconds: number, secret: string): Hmac => ({
  hash: 'SHA-256',
  secret,
  message: bytesOf(`${seconds}.`, body),
});

/**
 * The value of the header `ElevenLabs-Signature` for a body, as ElevenLabs makes it: for a host's own tests.
 *
 * Source: @elevenlabs/elevenlabs-js 2.73, wrapper/webhooks.js.
 */
export async function signElevenLabs(body: string | Uint8Array, { secret, at }: ElevenLabsSigning): Promise<string> {
  const seconds = Math.floor(millisOf(at) / 1000);
  return `t=${seconds},v0=${hexOf(await hmac(signed(body, seconds, secret)))}`;
}

/** A header as it was read; whether it fits the body is not said yet. */
export interface ElevenLabsSignature {
  readonly at: Millis;
  /** More than one while a secret is being replaced: one that fits is enough. */
  readonly digests: readonly Bytes[];
}

/** Undefined for anything without `t=<seconds>` and a `v0=<64 hex digits>`. */
export function readSignature(header: string): ElevenLabsSignature | undefined {
  const parts = header.split(',').map((part) => part.trim());
  const times = parts.flatMap((part) => TIME.exec(part)?.[1] ?? []);
  const digests = parts.flatMap((part) => bytesOfHex(DIGEST.exec(part)?.[1] ?? '') ?? []).slice(0, DIGESTS_MAX);
  const [time] = times;
  if (time === undefined || times.length > 1 || digests.length === 0) return undefined;
  return { at: Number(time) * 1000, digests };
}

const DIGESTS_MAX = 8; // each costs a hash of the whole body

export async function signatureFits(body: Uint8Array, { at, digests }: ElevenLabsSignature, secret: string): Promise<boolean> {
  const fits = await Promise.all(digests.map((digest) => hmacFits(digest, signed(body, at / 1000, secret))));
  return fits.includes(true);
}
