import { hmac } from '@noble/hashes/hmac.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import { stableJson } from '../base/hash.ts';
import { keyText } from './key-text.ts';
import type { Entity } from './link.ts';

/**
 * What is remembered of an erased person: enough to know them again, and nothing to know them by. Without the secret nobody
 * can tell whose hash it is, not even by trying all numbers.
 */
export type Suppressed =
  | { readonly connection: string; readonly object: string; readonly recordId: string }
  | { readonly entity: Entity; readonly field: string; readonly value: string };

/** The hash that is noted: of a match key's value as it is compared. */
export const suppressionKey = (secret: string, suppressed: Suppressed): string => hashOf(secret, asCompared(suppressed));

/** The hashes that it may be noted by: those from before were of values as they are written. */
export const suppressionKeys = (secret: string, suppressed: Suppressed): readonly string[] => [
  ...new Set([suppressionKey(secret, suppressed), hashOf(secret, suppressed)]),
];

const asCompared = (suppressed: Suppressed): Suppressed =>
  'field' in suppressed ? { ...suppressed, value: keyText(suppressed.field, suppressed.value) } : suppressed;

const hashOf = (secret: string, suppressed: Suppressed): string =>
  bytesToHex(hmac(sha256, utf8ToBytes(secret), utf8ToBytes(stableJson(suppressed))));
