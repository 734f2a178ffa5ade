import * as z from 'zod';
import type { Issue } from '../errors.ts';
import { parseDocument } from './issues.ts';

/**
 * A validator that any library understanding Standard Schema can use, with the JSON Schema of what it reads.
 *
 * Source: Standard Schema, version 1.
 */
export interface DocumentSchema<T> {
  readonly '~standard': {
    readonly version: 1;
    readonly vendor: 'crm-sync-engine';
    readonly validate: (value: unknown) => { readonly value: T } | { readonly issues: readonly (Issue & { readonly message: string })[] };
    readonly types?: { readonly input: T; readonly output: T } | undefined;
  };
  /** For a settings form. What JSON Schema can't say (two rules for one field) is told by `validate`. */
  toJsonSchema(): Record<string, unknown>;
}

export function documentSchema<T>(schema: z.ZodType): DocumentSchema<T> {
  return {
    '~standard': {
      version: 1,
      vendor: 'crm-sync-engine',
      validate(value) {
        const parsed = parseDocument(schema, value);
        return parsed.ok ? { value: parsed.value as T } : { issues: parsed.issues };
      },
    },
    toJsonSchema: () => z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as Record<string, unknown>,
  };
}
