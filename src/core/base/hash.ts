import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';

/** JSON with sorted keys: equal data, equal text. Undefined members are left out, as in JSON. */
export function stableJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map((item) => stableJson(item ?? null)).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  const members = Object.entries(value).filter(([, member]) => member !== undefined);
  members.sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${members.map(([name, member]) => `${JSON.stringify(name)}:${stableJson(member)}`).join(',')}}`;
}

/** SHA-256 of the value's stable JSON, 32 hex digits: enough to compare by, and works in a browser. */
export const hashOf = (value: unknown): string => bytesToHex(sha256(utf8ToBytes(stableJson(value)))).slice(0, 32);

const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

/** As `hashOf`, six bits to each digit: for what is kept many times over. */
export const shortHash = (value: unknown, digits: number): string =>
  Array.from(sha256(utf8ToBytes(stableJson(value))).subarray(0, digits), (byte) => DIGITS[byte & 63]).join('');
