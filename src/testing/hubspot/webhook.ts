import type { Millis } from '../../core/values/value.ts';

/** What HubSpot decodes in the URL before it signs, and nothing else. */
const DECODED: Readonly<Record<string, string>> = {
  '%3A': ':',
  '%2F': '/',
  '%3F': '?',
  '%40': '@',
  '%21': '!',
  '%24': '$',
  '%27': "'",
  '%28': '(',
  '%29': ')',
  '%2A': '*',
  '%2C': ',',
  '%3B': ';',
};

export interface Signable {
  readonly method: string;
  readonly url: string;
  readonly body: string;
  readonly at: Millis;
}

/**
 * The value of `X-HubSpot-Signature-v3`: base64 of HMAC-SHA-256 over method, URL, body and time.
 *
 * Source: HubSpot developer docs, "Validating requests".
 */
export async function signatureV3(clientSecret: string, { method, url, body, at }: Signable): Promise<string> {
  const decoded = url.replace(/%[0-9A-F]{2}/gi, (escaped) => DECODED[escaped.toUpperCase()] ?? escaped);
  const bytes = new TextEncoder().encode(`${method}${decoded}${body}${at}`);
  const key = await crypto.subtle.importKey('raw', new TextEncoder().encode(clientSecret), { name: 'HMAC', hash: 'SHA-256' }, false, [
    'sign',
  ]);
  return btoa(String.fromCharCode(...new Uint8Array(await crypto.subtle.sign('HMAC', key, bytes))));
}

/** A webhook request as HubSpot sends it. */
export async function signedRequest(clientSecret: string, signable: Signable): Promise<Request> {
  const { method, url, body, at } = signable;
  return new Request(url, {
    method,
    body,
    headers: {
      'content-type': 'application/json',
      'x-hubspot-signature-v3': await signatureV3(clientSecret, signable),
      'x-hubspot-request-timestamp': String(at),
    },
  });
}
