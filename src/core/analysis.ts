import * as z from 'zod';
import { type Issue, refusedDocument } from '../errors.ts';
import { coerceValue } from './coerce.ts';
import type { Conversation } from './conversation.ts';
import { deepFreeze } from './freeze.ts';
import { hashOf } from './hash.ts';
import { parseDocument } from './issues.ts';
import { type Analysis, type Transforms, UPDATE_MODES, type UpdateMode } from './mapping-types.ts';
import { fieldSchema, valueMapProblem, valueMapSchema } from './rule-schema.ts';
import { definitionOf } from './schema.ts';
import type { FieldDefinition, Schema } from './schema-types.ts';
import { TRANSFORMS } from './transforms.ts';
import { resolveUpdate } from './update.ts';
import type { Coerced, Fields, Parsed, Value } from './value.ts';

/** A rule as planned with; typed rules are of this form. */
interface Rule {
  readonly from: string;
  readonly field: string;
  readonly mode: UpdateMode;
  readonly valueMap?: Readonly<Record<string, string | number | boolean>> | undefined;
  readonly transform?: string | undefined;
}

export function analysisSchema(schema: Schema): z.ZodType<readonly Rule[]> {
  const rule = z
    .strictObject({
      from: z.string().min(1).max(200),
      field: fieldSchema(schema),
      mode: z.enum(UPDATE_MODES),
      valueMap: valueMapSchema.optional(),
      transform: z.string().min(1).optional(),
    })
    .check((context) => {
      const { field, mode, valueMap } = context.value;
      const definition = definitionOf(schema, field);
      const problem = (path: string, message: string, code: string, remedy: string) =>
        context.issues.push({ code: 'custom', input: context.value, path: [path], message, params: { code, remedy } });
      if (field === 'phone_number')
        problem(
          'field',
          '`phone_number` finds the contact and is never written by an analysis',
          'match_key_target',
          'Write to another field.',
        );
      if (mode === 'merge' && definition !== undefined && definition.type !== 'string')
        problem(
          'mode',
          `\`merge\` needs a text field, ${field} is ${definition.type}`,
          'merge_needs_text',
          'Use `overwrite` or `fill_if_empty`.',
        );
      const wrong = definition === undefined ? null : valueMapProblem(valueMap, definition, false);
      if (wrong !== null) problem('valueMap', wrong, 'value_map_misfit', 'Map to values that the field holds.');
    });
  return z.array(rule).check((context) => {
    const seen = new Map<string, number>();
    for (const [index, { from, field }] of context.value.entries()) {
      const name = `${from}\n${field}`;
      if (seen.has(name))
        context.issues.push({
          code: 'custom',
          input: context.value,
          path: [index],
          message: `says the same as rule ${seen.get(name)}: ${from} to ${field}`,
          params: { code: 'duplicate_rule', remedy: 'Keep one of the two.' },
        });
      seen.set(name, index);
    }
  });
}

/** Analysis rules from JSON, or every problem at once. */
export const safeParseAnalysis = <S extends Schema>(schema: S, json: unknown): Parsed<Analysis<S>> =>
  parseDocument(analysisSchema(schema), json) as Parsed<Analysis<S>>;

/** @throws CrmSyncError `invalid_document` with every problem. */
export function parseAnalysis<S extends Schema>(schema: S, json: unknown): Analysis<S> {
  const parsed = safeParseAnalysis(schema, json);
  if (!parsed.ok) throw refusedDocument('The analysis', parsed.issues);
  return deepFreeze(parsed.value);
}

/**
 * The workspace's analysis rules, checked by the compiler and at once: which result goes to which contact field, and how.
 *
 * @throws CrmSyncError `invalid_document` with every problem.
 */
export const defineAnalysis = <S extends Schema>(schema: S, rules: Analysis<NoInfer<S>>): Analysis<S> => parseAnalysis(schema, rules);

/** What works but is likely not meant: a merge without a description tells the merger nothing. */
export function lintAnalysis<S extends Schema>(schema: S, rules: Analysis<NoInfer<S>>): readonly Issue[] {
  return (rules as readonly Rule[]).flatMap(({ field, mode }, index) => {
    if (mode !== 'merge' || (definitionOf(schema, field)?.description ?? '').trim() !== '') return [];
    return [
      {
        path: [index, 'field'],
        code: 'merge_without_description',
        message: `${field} is merged but has no description`,
        remedy: 'Describe in the schema what the text holds, what to keep and how it is laid out: that is the instruction of the merge.',
      },
    ];
  });
}

/** Same analysis, same hash: what makes a redelivery unchanged and a re-analysis new. */
export const analysisHash = ({ analysis }: Pick<Conversation, 'analysis'>): string => hashOf(analysis);

export interface AnalysisInput {
  readonly schema: Schema;
  readonly rules: Analysis;
  readonly conversation: Pick<Conversation, 'analysis'>;
  readonly contact: { readonly fields: Fields };
  readonly timeZone?: string;
  readonly transforms?: Transforms;
}

export interface AnalysisPlan {
  /** Fields to write at once. */
  readonly set: Fields;
  /** Texts that the merger combines after that. */
  readonly merges: readonly { readonly field: string; readonly existing: string; readonly incoming: string; readonly from: string }[];
  readonly changes: readonly {
    readonly field: string;
    readonly before: Value;
    readonly after: Value;
    readonly rule: { readonly from: string; readonly mode: UpdateMode };
  }[];
  readonly kept: readonly {
    readonly field: string;
    readonly from: string;
    readonly reason: 'absent' | 'already_filled' | 'blank' | 'same';
  }[];
  /** Results that don't fit their field: left out, the others go on. */
  readonly refused: readonly {
    readonly field: string;
    readonly from: string;
    readonly code: string;
    readonly message: string;
    readonly remedy: string;
  }[];
}

/** What an analysis means for a contact. Rules are taken in order: a later one sees what an earlier one set. */
export function planAnalysis({ schema, rules, conversation, contact, timeZone, transforms = {} }: AnalysisInput): AnalysisPlan {
  const set: Record<string, Value> = {};
  const merges: AnalysisPlan['merges'][number][] = [];
  const changes = new Map<string, AnalysisPlan['changes'][number]>();
  const kept: AnalysisPlan['kept'][number][] = [];
  const refused: AnalysisPlan['refused'][number][] = [];
  for (const { from, field, mode, valueMap, transform } of rules as readonly Rule[]) {
    const definition = definitionOf(schema, field);
    if (definition === undefined || !Object.hasOwn(conversation.analysis, from)) {
      kept.push({ field, from, reason: 'absent' });
      continue;
    }
    const named = transform === undefined ? null : { ...TRANSFORMS, ...transforms }[transform as keyof typeof TRANSFORMS];
    const incoming = read(conversation.analysis[from], definition, valueMap, named ?? null, timeZone);
    if (!incoming.ok) {
      refused.push({ field, from, code: incoming.code, message: incoming.message, remedy: incoming.remedy });
      continue;
    }
    const before = (Object.hasOwn(set, field) ? set[field] : contact.fields[field]) ?? null;
    const resolution = resolveUpdate({ mode, existing: before, incoming: incoming.value });
    if (resolution.action === 'keep') kept.push({ field, from, reason: resolution.reason });
    else if (resolution.action === 'merge') merges.push({ field, from, existing: resolution.existing, incoming: resolution.incoming });
    else {
      set[field] = resolution.value;
      changes.set(field, { field, before: contact.fields[field] ?? null, after: resolution.value, rule: { from, mode } });
    }
  }
  return { set, merges, changes: [...changes.values()], kept, refused };
}

function read(
  raw: unknown,
  definition: FieldDefinition,
  valueMap: Rule['valueMap'],
  transform: ((value: Value) => Value) | null,
  timeZone: string | undefined,
): Coerced {
  const mapped = typeof raw === 'string' && valueMap !== undefined && Object.hasOwn(valueMap, raw) ? valueMap[raw] : raw;
  let value: unknown = mapped;
  if (transform !== null) {
    try {
      value = transform(mapped as Value);
    } catch {
      return {
        ok: false,
        code: 'not_text',
        message: 'The transform gave no usable value.',
        remedy: 'Make the transform answer text, a finite number, true/false or null.',
      };
    }
  }
  return coerceValue(value, definition, timeZone === undefined ? {} : { timeZone }) as Coerced;
}
