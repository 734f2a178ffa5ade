import { type Bytes, bytesOf, bytesOfHex, hexOf } from '../webhook/bytes.ts';
import { type Hmac, hmac, hmacFits } from '../webhook/hmac.ts';

export interface BlandSigning {
  /** The signing secret of the account, which is made in Bland's dashboard. */
  readonly secret: string;
}

const signed = (body: string | Uint8Array, secret: string): Hmac => ({ hash: 'SHA-256', secret, message: bytesOf(body) });

/**
 * The value of the header `X-Webhook-Signature` for a body, as Bland makes it: for a host's own tests.
 *
 * Source: Bland, "Webhook signing".
 */
export const signBland = async (body: string | Uint8Array, { secret }: BlandSigning): Promise<string> =>
  hexOf(await hmac(signed(body, secret)));

/** Undefined for anything that is not 64 hex digits. */
export function readSignature(header: string): { readonly digest: Bytes; readonly at?: never } | undefined {
  const digest = bytesOfHex(header.trim());
  return digest?.byteLength === 32 ? { digest } : undefined;
}

/**
 * Bland's own sample signs JSON that was parsed and written again, so that form counts too. What is then read is the same:
 * another text of the same JSON.
 */
export async function signatureFits(body: Uint8Array, digest: Bytes, secret: string): Promise<boolean> {
  if (await hmacFits(digest, signed(body, secret))) return true;
  const rewritten = rewrite(body);
  return rewritten !== undefined && hmacFits(digest, signed(rewritten, secret));
}

function rewrite(body: Uint8Array): string | undefined {
  try {
    return JSON.stringify(JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body)));
  } catch {
    return undefined; // no JSON, and so nothing that Bland has signed
  }
}
