import { SalesforceFailure } from '../failure.ts';

/** Finds out whether the words of a field hold what was searched for. A phrase is a row of words. */
export type Term =
  | { readonly kind: 'phrase'; readonly words: readonly RegExp[] }
  | { readonly kind: 'all' | 'any'; readonly parts: readonly Term[] }
  | { readonly kind: 'without'; readonly wanted: Term; readonly unwanted: Term };

/** To be written with a backslash before it (SOQL and SOSL Reference, "FIND {SearchQuery}"). */
const RESERVED = new Set('?&|!{}[]()^~*:\\"\'+-');
const SPLIT = /[^\p{L}\p{N}]+/u;

const malformedSearch = (message: string): SalesforceFailure => new SalesforceFailure('MALFORMED_SEARCH', message);

/** The words that the index keeps of a text: it is cut at blanks and punctuation. */
export const wordsOf = (text: string): readonly string[] =>
  text
    .toLowerCase()
    .split(SPLIT)
    .filter((word) => word !== '');

/**
 * Parses what stands between the braces of FIND.
 *
 * @throws SalesforceFailure MALFORMED_SEARCH for a reserved character without a backslash, or a term of one character.
 */
export function parseTerm(text: string): Term {
  let at = 0;
  const blank = (): void => {
    while (/\s/.test(text.charAt(at))) at += 1;
  };
  const keyword = (word: string): boolean => {
    blank();
    if (text.slice(at, at + word.length).toUpperCase() !== word || !/^[\s("]/.test(text.slice(at + word.length))) return false;
    at += word.length;
    return true;
  };
  const any = (): Term => {
    const parts = [all()];
    while (keyword('OR')) parts.push(all());
    return parts.length === 1 ? parts[0]! : { kind: 'any', parts };
  };
  const all = (): Term => {
    let term = single();
    for (;;) {
      blank();
      const ahead = text.slice(at).toUpperCase();
      if (at >= text.length || text.charAt(at) === ')' || /^OR[\s("]/.test(ahead)) return term;
      const and = keyword('AND');
      if (and && keyword('NOT')) term = { kind: 'without', wanted: term, unwanted: single() };
      else term = { kind: 'all', parts: [term, single()] };
    }
  };
  const single = (): Term => {
    blank();
    if (text.charAt(at) === '(') {
      at += 1;
      const inner = any();
      blank();
      if (text.charAt(at) !== ')') throw malformedSearch('missing closing parenthesis');
      at += 1;
      return inner;
    }
    const quoted = text.charAt(at) === '"';
    if (quoted) at += 1;
    const source = read(quoted);
    if (quoted) at += 1;
    return phrase(source);
  };
  /** Up to the closing quote, or to the next blank or parenthesis. Escaped characters are plain; wildcards are kept apart. */
  const read = (quoted: boolean): readonly string[] => {
    const characters: string[] = [];
    for (; at < text.length; at += 1) {
      const character = text.charAt(at);
      if (quoted ? character === '"' : /[\s)]/.test(character)) return characters;
      if (character === '\\') {
        at += 1;
        if (!RESERVED.has(text.charAt(at))) throw malformedSearch(`Illegal character sequence '\\${text.charAt(at)}' in search term`);
        characters.push(text.charAt(at));
      } else if ((character === '*' || character === '?') && characters.length > 0) characters.push(`wild${character}`);
      else if (RESERVED.has(character))
        throw malformedSearch(`unexpected character '${character}' in search term; it must be escaped with a backslash`);
      else characters.push(character);
    }
    if (quoted) throw malformedSearch('missing closing quotation mark');
    return characters;
  };

  const term = any();
  blank();
  if (at < text.length) throw malformedSearch(`unexpected character '${text.charAt(at)}'`);
  return term;
}

function phrase(characters: readonly string[]): Term {
  if (characters.length < 2) throw malformedSearch('search term must be longer than one character');
  const words: string[] = [''];
  for (const character of characters) {
    if (character.startsWith('wild')) words[words.length - 1] += character.endsWith('*') ? '.*' : '.';
    else if (SPLIT.test(character)) words.push('');
    else words[words.length - 1] += character.toLowerCase();
  }
  return { kind: 'phrase', words: words.filter((word) => word !== '').map((word) => new RegExp(`^${word}$`, 'u')) };
}

/** Whether one of the fields, each given as its rows of words, fulfils the term. */
export function holds(term: Term, fields: readonly (readonly string[])[]): boolean {
  switch (term.kind) {
    case 'all':
      return term.parts.every((part) => holds(part, fields));
    case 'any':
      return term.parts.some((part) => holds(part, fields));
    case 'without':
      return holds(term.wanted, fields) && !holds(term.unwanted, fields);
    default:
      return (
        term.words.length > 0 &&
        fields.some((words) => words.some((_, start) => term.words.every((word, step) => word.test(words[start + step] ?? ''))))
      );
  }
}
