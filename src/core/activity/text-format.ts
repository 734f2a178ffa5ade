import { htmlLines, htmlOf, isBalancedHtml } from './html-text.ts';
import { markdownLines, markdownOf } from './markdown-text.ts';
import { type TextLine, withoutExtraBlanks } from './text-line.ts';

/** How a CRM reads the text of an activity. */
export type TextFormat = 'plain' | 'html' | 'markdown';

interface Format {
  /** From one line to the next, and from one paragraph to the next. */
  readonly line: string;
  readonly paragraph: string;
  /** Plain text in this format: whatever it holds, it stays text. */
  readonly render: (text: string) => string;
  readonly lines: (raw: string) => readonly TextLine[];
  /** Whether a piece can be taken out without breaking what is around it. */
  readonly isWhole: (raw: string) => boolean;
}

export const FORMATS: Readonly<Record<TextFormat, Format>> = {
  plain: { line: '\n', paragraph: '\n\n', render: (text) => text, lines: plainLines, isWhole: () => true },
  html: { line: '<br>', paragraph: '<br><br>', render: htmlOf, lines: htmlLines, isWhole: isBalancedHtml },
  markdown: { line: '  \n', paragraph: '\n\n', render: markdownOf, lines: markdownLines, isWhole: () => true },
};

function plainLines(raw: string): readonly TextLine[] {
  return [...raw.matchAll(/[^\r\n]+/g)].flatMap(({ 0: line, index }) => {
    const text = withoutExtraBlanks(line);
    return text === '' ? [] : [{ text, start: index, end: index + line.length }];
  });
}
