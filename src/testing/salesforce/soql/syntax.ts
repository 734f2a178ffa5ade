import type { Token } from './tokens.ts';

/** `Account.Owner.Name`, as written, with its place in the text. */
export interface Path {
  readonly names: readonly string[];
  readonly at: number;
}

export type Operator = '=' | '!=' | '<' | '<=' | '>' | '>=' | 'LIKE' | 'IN' | 'NOT IN' | 'INCLUDES' | 'EXCLUDES';

export type Condition =
  | { readonly kind: 'all' | 'any'; readonly parts: readonly Condition[] }
  | { readonly kind: 'not'; readonly part: Condition }
  | { readonly kind: 'compare'; readonly path: Path; readonly operator: Operator; readonly literals: readonly Token[] }
  | { readonly kind: 'join'; readonly path: Path; readonly negated: boolean; readonly inner: InnerQuery };

/** `SELECT ContactId FROM CampaignMember WHERE …` in an IN list. */
export interface InnerQuery {
  readonly select: Path;
  readonly from: Token;
  readonly where: Condition | null;
}

/** `(SELECT Id FROM Cases WHERE … ORDER BY … LIMIT 5)` in a SELECT: `from` names the relationship, and the limit is for each parent. */
export interface ChildQuery {
  readonly select: readonly Path[];
  readonly from: Token;
  readonly where: Condition | null;
  readonly orderBy: readonly Ordering[];
  readonly limit: number | null;
}

export interface Ordering {
  readonly path: Path;
  readonly descending: boolean;
  readonly nullsLast: boolean;
}

export interface Query {
  /** `count` for `SELECT COUNT()`. */
  readonly select: readonly Path[] | 'count';
  readonly children: readonly ChildQuery[];
  readonly from: Token;
  readonly alias: string | null;
  readonly where: Condition | null;
  readonly orderBy: readonly Ordering[];
  readonly limit: number | null;
  readonly offset: number;
}
