/** The words of a text, in small letters: letters, digits and inner dots. */
export const tokensOf = (text: string): readonly string[] => text.toLowerCase().match(/[\p{L}\p{N}]+(?:\.[\p{L}\p{N}]+)*/gu) ?? [];

/** `CONTAINS_TOKEN`: every word of the pattern is a word of the text; `*` stands for any letters of a word. */
export function tokenMatcher(pattern: string): (text: string) => boolean {
  const words = pattern
    .toLowerCase()
    .split(/[^\p{L}\p{N}.*]+/u)
    .filter((word) => word !== '')
    .map((word) => new RegExp(`^${word.split('*').map(escaped).join('.*')}$`, 'u'));
  return (text) => {
    const tokens = tokensOf(text);
    return words.length > 0 && words.every((word) => tokens.some((token) => word.test(token)));
  };
}

/** `query`: every word of it begins a word of the text. */
export function queryMatcher(query: string): (texts: readonly string[]) => boolean {
  const words = tokensOf(query);
  return (texts) => {
    const tokens = texts.flatMap((text) => tokensOf(text));
    return words.every((word) => tokens.some((token) => token.startsWith(word)));
  };
}

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
