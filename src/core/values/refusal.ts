import type { Coerced, CoercionCode } from './value.ts';

/** A value that was not accepted. Its texts never quote the value: it may be personal. */
export type Refusal = Extract<Coerced, { readonly ok: false }>;

export const refuse = (code: CoercionCode, message: string, remedy: string): Refusal => ({ ok: false, code, message, remedy });
