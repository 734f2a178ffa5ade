import { type TextLine, withoutExtraBlanks } from './text-line.ts';

/** Without what ends the sentence around it; a bracket belongs to it where it is opened in it. */
const LINK = /https?:\/\/(?:\([^\s<>()]*\)|[^\s<>()])*(?:\([^\s<>()]*\)|[^\s<>().,;:!?…'"])/g;
const SPECIAL = /[\\`*_[\]<>&#~|!]/g;
/** At the beginning of a line: a list, a quotation, a rule. */
const LEADING = /^(?:[-+=]|\d{1,9}(?=[.)]))/;

const escaped = (text: string): string => text.replaceAll(SPECIAL, '\\$&');

const lineOf = (line: string): string => {
  let markdown = '';
  let from = 0;
  for (const { 0: link, index } of line.matchAll(LINK)) {
    markdown += `${escaped(line.slice(from, index))}<${link}>`;
    from = index + link.length;
  }
  markdown += escaped(line.slice(from));
  return markdown.trim().replace(LEADING, (mark) => (/\d/.test(mark) ? `${mark}\\` : `\\${mark}`));
};

/**
 * Plain text in Markdown that reads the same; web addresses become links.
 *
 * @example
 * markdownOf('1. *now*') //=> '1\\. \\*now\\*'
 */
export const markdownOf = (text: string): string =>
  text
    .split(/\r\n|\r|\n/)
    .map(lineOf)
    .join('  \n')
    .replaceAll(/(?: {2}\n){2,}/g, '\n\n');

const textOf = (markdown: string): string => withoutExtraBlanks(markdown.replaceAll(/\\([!-/:-@[-`{-~])|<(https?:\/\/[^\s<>]+)>/g, '$1$2'));

export function markdownLines(markdown: string): readonly TextLine[] {
  return [...markdown.matchAll(/[^\r\n]+/g)].flatMap(({ 0: line, index }) => {
    const text = textOf(line);
    return text === '' ? [] : [{ text, start: index, end: index + line.trimEnd().length }];
  });
}
