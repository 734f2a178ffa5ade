/** Characters as people and CRMs count them: code points, not UTF-16 units. */
export function countCharacters(text: string): number {
  let count = 0;
  for (const _ of text) count += 1;
  return count;
}

/**
 * False for a text with NUL or half a character (a lone surrogate) in it: databases and CRMs refuse both in a key.
 *
 * @example
 * isStorable('Zoë 🚀') //=> true
 */
export const isStorable = (text: string): boolean => !text.includes('\u0000') && !/\p{Surrogate}/u.test(text);

/**
 * The first `max` characters; never half of one.
 *
 * @example
 * cutText('Zoë 🚀🚀', 5) //=> 'Zoë 🚀'
 */
export function cutText(text: string, max: number): string {
  if (text.length <= max) return text;
  let count = 0;
  let end = 0;
  for (const character of text) {
    if (count === max) break;
    count += 1;
    end += character.length;
  }
  return text.slice(0, end);
}

/**
 * The text cut to a field's length, never through a character. Counted in UTF-16 units, as the strictest CRM does: what
 * fits so, fits wherever code points are counted.
 *
 * Source: Salesforce Help, Surrogate Pair Characters Are Treated as Two Characters.
 *
 * @example
 * fitText('Zoë 🚀🚀', 7) //=> 'Zoë 🚀'
 */
export function fitText(text: string, length: number): string {
  if (text.length <= length) return text;
  const splits = /[\ud800-\udbff]/.test(text.charAt(length - 1));
  return text.slice(0, splits ? length - 1 : length);
}

/** Names for a message: quoted, and at most `max` of them. */
export function listNames(names: readonly string[], max = 40): string {
  const shown = names.slice(0, max).map((name) => `\`${name}\``);
  return names.length > max ? `${shown.join(', ')} and ${names.length - max} more` : shown.join(', ');
}

function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1)
      next.push(Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)));
    row = next;
  }
  return row[b.length]!;
}

/**
 * The one of the names that was probably meant: at most two letters away, and nearer than half of it.
 *
 * @example
 * nearestName('lead_statsu', ['email', 'lead_status']) //=> 'lead_status'
 */
export function nearestName(name: string, names: readonly string[]): string | undefined {
  if (name.length > 100) return undefined; // no slip of the pen
  const ranked = names.map((other) => ({ other, distance: editDistance(name, other) })).sort((a, b) => a.distance - b.distance);
  const [best] = ranked;
  return best !== undefined && best.distance <= 2 && best.distance * 2 < best.other.length ? best.other : undefined;
}
