const encoder = new TextEncoder();

export type Bytes = Uint8Array<ArrayBuffer>;

/** Texts and bytes one after another, as they are on the wire: UTF-8, nothing between. */
export const bytesOf = (...parts: readonly (string | Uint8Array)[]): Bytes =>
  joinBytes(parts.map((part) => (typeof part === 'string' ? encoder.encode(part) : part)));

/** Any number of chunks: a body may come byte by byte. */
export function joinBytes(chunks: readonly Uint8Array[]): Bytes {
  const bytes = new Uint8Array(chunks.reduce((size, { byteLength }) => size + byteLength, 0));
  let offset = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, offset);
    offset += chunk.byteLength;
  }
  return bytes;
}

export const hexOf = (bytes: Uint8Array): string => [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');

/** Undefined for anything but pairs of hex digits, in either case. */
export const bytesOfHex = (hex: string): Bytes | undefined =>
  /^(?:[0-9a-f]{2})+$/i.test(hex) ? Uint8Array.from(hex.match(/../g)!, (pair) => Number.parseInt(pair, 16)) : undefined;

/** How a digest is written. */
export type Encoding = 'hex' | 'base64';

export const base64Of = (bytes: Uint8Array): string => btoa(String.fromCharCode(...bytes)); // digests: a few dozen bytes

/** Undefined for anything but base64 of one byte at least. */
export function bytesOfBase64(base64: string): Bytes | undefined {
  if (!/^(?:[a-z0-9+/]{4})*(?:[a-z0-9+/]{2}==|[a-z0-9+/]{3}=|[a-z0-9+/]{4})$/i.test(base64)) return undefined;
  return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
}

export const encoded = (digest: Uint8Array, encoding: Encoding): string => (encoding === 'hex' ? hexOf : base64Of)(digest);

/** Undefined for what is not written so. */
export const decoded = (text: string, encoding: Encoding): Bytes | undefined => (encoding === 'hex' ? bytesOfHex : bytesOfBase64)(text);
