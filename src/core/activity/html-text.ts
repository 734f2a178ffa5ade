import { type TextLine, withoutExtraBlanks } from './text-line.ts';

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
const CHARACTERS = new Map([...Object.entries(ENTITIES).map(([character, entity]) => [entity, character] as const), ['&nbsp;', ' ']]);
/** Neither quotes nor a second `<` outside of quotes: no text makes it read twice. */
const TAG = /<(?:"[^"]*"|'[^']*'|[^'"<>])*>/g;
const INLINE = new Set('a abbr b code em font i mark s small span strike strong sub sup u'.split(' '));
const VOID = new Set('br hr img input wbr'.split(' '));

/**
 * Plain text as a page shows it, line by line; markup in it is shown and not obeyed.
 *
 * @example
 * htmlOf('a < b\nc') //=> 'a &lt; b<br>c'
 */
export const htmlOf = (text: string): string =>
  text.replaceAll(/[&<>"']/g, (character) => ENTITIES[character]!).replaceAll(/\r\n|\r|\n/g, '<br>');

const nameOf = (tag: string): string => (/^<\/?\s*([a-z][a-z\d]*)/i.exec(tag)?.[1] ?? '').toLowerCase();

/** One pass: what an entity stands for is no entity again. */
const textOf = (html: string): string =>
  withoutExtraBlanks(
    html.replaceAll(TAG, '').replaceAll(/&(?:amp|lt|gt|quot|nbsp|#(\d{1,7}));/g, (entity, code: string | undefined) => {
      if (code === undefined) return CHARACTERS.get(entity)!;
      return Number(code) > 0x10ffff ? entity : String.fromCodePoint(Number(code));
    }),
  );

/** Lines as people see them: whatever is no tag within a line ends one, since a CRM wraps what people write in ways of its own. */
export function htmlLines(html: string): readonly TextLine[] {
  const lines: TextLine[] = [];
  let start = 0;
  const take = (end: number): void => {
    const raw = html.slice(start, end);
    const text = textOf(raw);
    if (text !== '') lines.push({ text, start: end - raw.trimStart().length, end: start + raw.trimEnd().length });
  };
  for (const { 0: tag, index } of html.matchAll(TAG)) {
    if (INLINE.has(nameOf(tag))) continue;
    take(index);
    start = index + tag.length;
  }
  take(html.length);
  return lines;
}

/** What it closes it has opened, or opens again: taken out, it leaves no tag alone. */
export function isBalancedHtml(html: string): boolean {
  const closed: string[] = [];
  const opened: string[] = [];
  for (const [tag] of html.matchAll(TAG)) {
    const name = nameOf(tag);
    if (VOID.has(name) || tag.endsWith('/>')) continue;
    if (!tag.startsWith('</')) opened.push(name);
    else if (opened.at(-1) === name) opened.pop();
    else closed.push(name);
  }
  return closed.length === opened.length && closed.every((name, index) => name === opened.at(-1 - index));
}
