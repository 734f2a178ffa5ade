import { type Bytes, bytesOf } from './bytes.ts';

export type Hash = 'SHA-1' | 'SHA-256' | 'SHA-512';

/** WebCrypto's names by those that platforms use. */
export const HASHES: Readonly<Record<'sha1' | 'sha256' | 'sha512', Hash>> = { sha1: 'SHA-1', sha256: 'SHA-256', sha512: 'SHA-512' };

export interface Hmac {
  readonly hash: Hash;
  /** Text, or the bytes it stands for. Not empty: WebCrypto takes no empty key. */
  readonly secret: string | Uint8Array;
  readonly message: Bytes;
}

const keyOf = ({ hash, secret }: Hmac, use: 'sign' | 'verify') =>
  crypto.subtle.importKey('raw', bytesOf(secret), { name: 'HMAC', hash }, false, [use]);

export const hmac = async (given: Hmac): Promise<Bytes> =>
  new Uint8Array(await crypto.subtle.sign('HMAC', await keyOf(given, 'sign'), given.message));

/** Compared by WebCrypto, which takes the same time wherever the two differ. */
export const hmacFits = async (digest: Bytes, given: Hmac): Promise<boolean> =>
  crypto.subtle.verify('HMAC', await keyOf(given, 'verify'), digest, given.message);

/** Compares a secret that was sent as it is, in the same time wherever the two differ and however long they are. */
export async function sameSecret(given: string, secret: string): Promise<boolean> {
  const digest = await hmac({ hash: 'SHA-256', secret, message: bytesOf(given) });
  return hmacFits(digest, { hash: 'SHA-256', secret, message: bytesOf(secret) });
}
