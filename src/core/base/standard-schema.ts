import * as z from 'zod';
import type { Issue } from '../../errors.ts';
import type { Parsed } from '../values/value.ts';

/**
 * A validator that any library understanding Standard Schema can use, with the JSON Schema of what it reads.
 *
 * Source: Standard Schema, version 1.
 */
export interface DocumentSchema<T> {
  readonly '~standard': {
    readonly version: 1;
    readonly vendor: 'crm-sync-engine';
    readonly validate: (value: unknown) => { readonly value: T } | { readonly issues: readonly Issue[] };
    readonly types?: { readonly input: T; readonly output: T } | undefined;
  };
  /** Draft 2020-12, for a settings form. What JSON Schema can't say (two rules for one field) is told by `validate`. */
  toJsonSchema(): Record<string, unknown>;
}

export const documentSchema = <T>(document: z.ZodType, parse: (json: unknown) => Parsed<T>): DocumentSchema<T> => ({
  '~standard': {
    version: 1,
    vendor: 'crm-sync-engine',
    validate(value) {
      const parsed = parse(value);
      return parsed.ok ? { value: parsed.value } : { issues: parsed.issues };
    },
  },
  toJsonSchema: () => z.toJSONSchema(document, { io: 'input' }) as Record<string, unknown>,
});
