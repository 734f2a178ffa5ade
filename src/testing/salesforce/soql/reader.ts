import type { SalesforceFailure } from '../failure.ts';
import { malformed, type Token, tokenize } from './tokens.ts';

/** Walks through the tokens of a query. Keywords are found whatever their case. */
export interface Reader {
  readonly text: string;
  peek(ahead?: number): Token;
  next(): Token;
  /** Takes the words if they come next. */
  accept(...keywords: string[]): boolean;
  acceptSymbol(symbol: string): boolean;
  expect(keyword: string): void;
  expectSymbol(symbol: string): void;
  unexpected(token?: Token): SalesforceFailure;
}

export function createReader(text: string, from = 0, code = 'MALFORMED_QUERY'): Reader {
  const tokens = tokenize(text, from);
  let position = 0;
  const peek = (ahead = 0): Token => tokens[Math.min(position + ahead, tokens.length - 1)]!;
  const unexpected = (token: Token = peek()): SalesforceFailure => malformed(text, token.at, `unexpected token: '${token.text}'`, code);
  const next = (): Token => {
    const token = peek();
    position += 1;
    return token;
  };
  const isSymbol = (symbol: string): boolean => peek().kind === 'symbol' && peek().text === symbol;
  const accept = (...keywords: string[]): boolean => {
    const all = keywords.every((keyword, ahead) => peek(ahead).kind === 'word' && peek(ahead).text.toUpperCase() === keyword);
    if (all) position += keywords.length;
    return all;
  };
  return {
    text,
    peek,
    next,
    accept,
    unexpected,
    acceptSymbol(symbol) {
      if (!isSymbol(symbol)) return false;
      position += 1;
      return true;
    },
    expect(keyword) {
      if (!accept(keyword)) throw unexpected();
    },
    expectSymbol(symbol) {
      if (!isSymbol(symbol)) throw unexpected();
      position += 1;
    },
  };
}
