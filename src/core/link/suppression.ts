import { hmac } from '@noble/hashes/hmac.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import { stableJson } from '../base/hash.ts';
import type { Entity } from './link.ts';

/**
 * What is remembered of an erased person: enough to know them again, and nothing to know them by. Without the secret nobody
 * can tell whose hash it is, not even by trying all numbers.
 */
export type Suppressed =
  | { readonly connection: string; readonly object: string; readonly recordId: string }
  | { readonly entity: Entity; readonly field: string; readonly value: string };

export const suppressionKey = (secret: string, suppressed: Suppressed): string =>
  bytesToHex(hmac(sha256, utf8ToBytes(secret), utf8ToBytes(stableJson(suppressed))));
