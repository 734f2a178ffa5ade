const HMAC = { name: 'HMAC', hash: 'SHA-256' } as const;
const encoder = new TextEncoder();

/** The only escapes that HubSpot undoes in the URL before it signs. Source: HubSpot developer docs, "Validating requests". */
const DECODED: ReadonlyMap<string, string> = new Map(
  Object.entries({
    '3A': ':',
    '2F': '/',
    '3F': '?',
    '40': '@',
    '21': '!',
    '24': '$',
    '27': "'",
    '28': '(',
    '29': ')',
    '2A': '*',
    '2C': ',',
    '3B': ';',
  }),
);

/**
 * A URL as HubSpot signs it.
 *
 * @example
 * signedUrl('https://example.com/a%3Fb?c=%2F%20') //=> 'https://example.com/a?b?c=/%20'
 */
export const signedUrl = (url: string): string =>
  url.replaceAll(/%([0-9a-f]{2})/gi, (written, code: string) => DECODED.get(code.toUpperCase()) ?? written);

export interface SignedRequest {
  readonly method: string;
  /** As HubSpot called it: scheme, public host, path, query. */
  readonly url: string;
  readonly body: Uint8Array<ArrayBuffer>;
  /** The header's own text. */
  readonly timestamp: string;
}

/** Bytes of a signature; null for a text that is no base64. */
export function readSignature(header: string): Uint8Array<ArrayBuffer> | null {
  const text = header.trim();
  return /^[A-Za-z0-9+/]{43}=$/.test(text) ? Uint8Array.from(atob(text), (character) => character.charCodeAt(0)) : null;
}

/** Version 3. Compared by WebCrypto, which takes the same time wherever the two differ. */
export async function signatureFits(
  { method, url, body, timestamp }: SignedRequest,
  signature: Uint8Array<ArrayBuffer>,
  clientSecret: string,
): Promise<boolean> {
  const key = await crypto.subtle.importKey('raw', encoder.encode(clientSecret), HMAC, false, ['verify']);
  const before = encoder.encode(`${method.toUpperCase()}${signedUrl(url)}`);
  const after = encoder.encode(timestamp);
  const signed = new Uint8Array(before.length + body.length + after.length);
  signed.set(before);
  signed.set(body, before.length);
  signed.set(after, before.length + body.length);
  return crypto.subtle.verify(HMAC, key, signature, signed);
}
