import type { Value } from '../../core/values/value.ts';

/** How a value of a contact stands in a statement: as text, as a number, as `'true'` or `'false'`; each null where it is none. */
export interface Operand {
  readonly text: string;
  readonly number: string;
  readonly boolean: string;
  /** Null, or a text without characters. Never null itself. */
  readonly isBlank: string;
}

/** A value as JSON text, bound: the database reads it as it reads those that it keeps. */
export interface Bound {
  readonly text: string;
  readonly number: string;
}

export type Bind = (value: string | number | null) => string;

/** How lists of contacts speak to one database, about one table of contacts, `c`. */
export interface ListWords {
  /** Marks the value of a number, from 1. */
  readonly mark: (number: number) => string;
  /** Any value of ours, bound. */
  readonly json: (value: Value, bind: Bind) => Bound;
  /** A field of a contact. */
  readonly field: (name: string, bind: Bind) => Operand;
  /** A member of what is kept of the contact's conversations, in the body of an entry `e`. */
  readonly conversations: (member: 'count' | 'lastAt') => Operand;
  /** Of ASCII letters only. */
  readonly lower: (text: string) => string;
  readonly hasOthersThanAscii: (text: string) => string;
  readonly isIn: (part: string, text: string) => string;
  readonly beginsWithDay: (text: string) => string;
  /** Text as it is put in order, by code point. */
  readonly ordered: (text: string) => string;
  /** The contact's id, as text and in that order. */
  readonly id: string;
  /** Where the contacts are, with everything that makes them the workspace's own, of this sort. */
  readonly from: (bind: Bind, scope: { readonly workspace: string; readonly entity: string }) => string;
  readonly links: string;
  /** Under the name `e`. */
  readonly entries: string;
}
