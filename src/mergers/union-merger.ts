import type { Merger } from '../ports/merger.ts';
import { eachItem } from './each-item.ts';

const BULLET = /^(?:[-*•–]|\d{1,3}[.)])\s+/u;

/**
 * A merger for lists with one entry a line: existing lines stay as they are, and incoming lines that are not there yet
 * are added at the end, in order and with the bullet that the list uses. Upper and lower case, bullets and blanks make
 * no difference. A result longer than the field is refused, never cut.
 */
export function unionMerger(): Merger {
  return {
    specVersion: 1,
    merge: (request, { signal }) => eachItem(request, signal, ({ existing, incoming }) => union(existing, incoming)),
  };
}

function union(existing: string, incoming: string): string {
  const lines = linesOf(existing);
  const known = new Set(lines.map(keyOf));
  const added: string[] = [];
  for (const line of linesOf(incoming)) {
    const key = keyOf(line);
    if (known.has(key)) continue;
    known.add(key);
    added.push(line);
  }
  if (added.length === 0) return existing;
  if (lines.length === 0) return added.join('\n');
  const bullet = sharedBullet(lines);
  const entries = bullet === undefined ? added : added.map((line) => `${bullet}${line.replace(BULLET, '')}`);
  return [existing.replace(/\s+$/u, ''), ...entries].join('\n');
}

const linesOf = (text: string): string[] =>
  text
    .split(/\r\n?|\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '');

const keyOf = (line: string): string => line.replace(BULLET, '').replace(/\s+/gu, ' ').toLowerCase();

/** The sign before every line of the list; numbers are none, for they would have to be counted on. */
function sharedBullet(lines: readonly string[]): string | undefined {
  const bullets = new Set(lines.map((line) => BULLET.exec(line)?.[0]));
  const [bullet] = bullets;
  return bullets.size === 1 && bullet !== undefined && !/^\d/.test(bullet) ? bullet : undefined;
}
