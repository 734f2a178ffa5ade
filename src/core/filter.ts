import type { Value } from './value.ts';

/** A CRM field (dotted paths too) against a value. `since` is at or after a day or instant; `blank` is null or ''. */
export type Condition =
  | { readonly field: string; readonly eq: Value }
  | { readonly field: string; readonly ne: Value }
  | { readonly field: string; readonly in: readonly Value[] }
  | { readonly field: string; readonly lt: string | number }
  | { readonly field: string; readonly gt: string | number }
  | { readonly field: string; readonly contains: string }
  | { readonly field: string; readonly blank: boolean }
  | { readonly field: string; readonly since: string };

/** Plain JSON: conditions combined by `all`, `any` and `not`. */
export type Filter = Condition | { readonly all: readonly Filter[] } | { readonly any: readonly Filter[] } | { readonly not: Filter };
