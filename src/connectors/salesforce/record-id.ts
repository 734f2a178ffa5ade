const SUFFIX = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ012345';

/** Three letters that carry the upper and lower case of the fifteen characters before them. */
function caseSuffix(fifteen: string): string {
  let suffix = '';
  for (let block = 0; block < 15; block += 5) {
    let bits = 0;
    for (let index = 0; index < 5; index += 1) if (/[A-Z]/.test(fifteen.charAt(block + index))) bits |= 1 << index;
    suffix += SUFFIX.charAt(bits);
  }
  return suffix;
}

/**
 * The 18-character form of a record id, the only one that is stored, compared or sent. Null for anything else: a text
 * that is no id, and an id whose case was changed on the way (its suffix no longer fits, and Salesforce would fail the
 * whole query over it).
 *
 * Source: Salesforce Object Reference, ID Field Type.
 *
 * @example
 * toId18('001dM00003jU9Gy') //=> '001dM00003jU9GyQAK'
 * toId18("x' OR Id != null") //=> null
 */
export function toId18(id: unknown): string | null {
  if (typeof id !== 'string' || !/^[a-zA-Z0-9]{15}([a-zA-Z0-9]{3})?$/.test(id)) return null;
  const full = id.slice(0, 15) + caseSuffix(id.slice(0, 15));
  return id.length === 15 || full === id ? full : null;
}
