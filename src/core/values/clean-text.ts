/** Half characters and control characters, which a CRM refuses or a log hides. Line ends become `\n`. */
export const cleanText = (text: string): string =>
  text
    .replace(/\r\n?/g, '\n')
    .replace(/\p{Surrogate}/gu, '\uFFFD')
    .replace(/[^\P{Cc}\n\t]/gu, '')
    .trim();

/** For a place of one line: what somebody says must not look like a line of ours. */
export const oneLine = (text: string): string => cleanText(text).replace(/\s+/gu, ' ');
