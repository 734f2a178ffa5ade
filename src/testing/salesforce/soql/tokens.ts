import { SalesforceFailure } from '../failure.ts';

export interface Token {
  readonly kind: 'word' | 'string' | 'number' | 'date' | 'datetime' | 'symbol' | 'end';
  /** As written; of a string what is between the quotes. */
  readonly text: string;
  readonly at: number;
}

const PATTERNS: readonly (readonly [Token['kind'], RegExp])[] = [
  ['datetime', /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:?\d\d)(?![\w.])/y],
  ['date', /\d{4}-\d\d-\d\d(?![\w.:])/y],
  ['number', /[+-]?(?:\d+(?:\.\d+)?|\.\d+)(?![\w.])/y],
  ['word', /[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*(?::\d+)?/y],
  ['symbol', /!=|<>|<=|>=|[=<>(),]/y],
];

/** The error of a text that is no query, with the place as Salesforce shows it. */
export function malformed(text: string, at: number, message: string, code = 'MALFORMED_QUERY'): SalesforceFailure {
  const start = Math.max(0, at - 40);
  const excerpt = text.slice(start, at + 40).replaceAll('\n', ' ');
  return new SalesforceFailure(code, `\n${excerpt}\n${' '.repeat(at - start)}^\nERROR at Row:1:Column:${at + 1}\n${message}`);
}

/** Cuts SOQL into tokens. @throws SalesforceFailure MALFORMED_QUERY for a character or a literal it cannot have. */
export function tokenize(text: string, from = 0): readonly Token[] {
  const tokens: Token[] = [];
  let at = from;
  while (at < text.length) {
    if (/\s/.test(text.charAt(at))) {
      at += 1;
      continue;
    }
    const token = text.charAt(at) === "'" ? stringAt(text, at) : plainAt(text, at);
    tokens.push(token);
    at += token.text.length + (token.kind === 'string' ? 2 : 0);
  }
  tokens.push({ kind: 'end', text: '<EOF>', at: text.length });
  return tokens;
}

function plainAt(text: string, at: number): Token {
  for (const [kind, pattern] of PATTERNS) {
    pattern.lastIndex = at;
    const found = pattern.exec(text)?.[0];
    if (found !== undefined) return { kind, text: found, at };
  }
  throw malformed(text, at, `unexpected token: '${text.charAt(at)}'`);
}

function stringAt(text: string, at: number): Token {
  for (let end = at + 1; end < text.length; end += 1) {
    const character = text.charAt(end);
    if (character === '\\') end += 1;
    else if (character === "'") return { kind: 'string', text: text.slice(at + 1, end), at };
  }
  throw malformed(text, at, "line 1:0 mismatched character '<EOF>' expecting '''");
}

const ESCAPES: Readonly<Record<string, string>> = {
  n: '\n',
  N: '\n',
  r: '\r',
  R: '\r',
  t: '\t',
  T: '\t',
  b: '\b',
  B: '\b',
  f: '\f',
  F: '\f',
  '"': '"',
  "'": "'",
  '\\': '\\',
};

/**
 * What a string literal means. For LIKE, pieces: a wildcard stands as an object, so that `\%` stays a percent sign.
 *
 * @throws SalesforceFailure for an escape that SOQL does not have.
 */
export function literalPieces(text: string, { text: raw, at }: Token, like: boolean): (string | { readonly wildcard: '%' | '_' })[] {
  const pieces: (string | { readonly wildcard: '%' | '_' })[] = [];
  for (let position = 0; position < raw.length; position += 1) {
    const character = raw.charAt(position);
    if (like && (character === '%' || character === '_')) pieces.push({ wildcard: character });
    else if (character !== '\\') pieces.push(character);
    else {
      position += 1;
      const escaped = raw.charAt(position);
      const code = /^u[0-9A-Fa-f]{4}/.exec(raw.slice(position))?.[0];
      if (code !== undefined) {
        pieces.push(String.fromCharCode(Number.parseInt(code.slice(1), 16)));
        position += 4;
      } else if (like && (escaped === '%' || escaped === '_')) pieces.push(escaped);
      else if (ESCAPES[escaped] !== undefined) pieces.push(ESCAPES[escaped]);
      else throw malformed(text, at, `Invalid string literal '${raw}'. Illegal character sequence '\\${escaped}' in string literal.`);
    }
  }
  return pieces;
}

/** The text of a string literal outside LIKE. */
export const literalText = (text: string, token: Token): string =>
  literalPieces(text, token, false)
    .filter((piece) => typeof piece === 'string')
    .join('');
