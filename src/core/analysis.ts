import * as z from 'zod';
import { CrmSyncError, type Issue, refusedDocument } from '../errors.ts';
import { isBlank } from './blank.ts';
import { type CoerceOptions, coerceValue } from './coerce.ts';
import type { Conversation } from './conversation.ts';
import { deepFreeze } from './freeze.ts';
import { hashOf } from './hash.ts';
import { parseDocument } from './issues.ts';
import { type Analysis, type Transforms, UPDATE_MODES, type UpdateMode } from './mapping-types.ts';
import { perSchema } from './per-schema.ts';
import { present } from './present.ts';
import {
  type AddProblem,
  checkTogether,
  fieldSchema,
  itemsOf,
  membersOf,
  transformSchema,
  valueMapProblem,
  valueMapSchema,
} from './rule-schema.ts';
import { applyTransform, mapIn, namedTransform, type ValueMap } from './rule-values.ts';
import { definitionOf } from './schema.ts';
import type { Schema } from './schema-types.ts';
import { resolveUpdate } from './update.ts';
import type { Coerced, Fields, Parsed, Value } from './value.ts';

/** A rule as planned with; typed rules are of this form. */
interface Rule {
  readonly from: string;
  readonly field: string;
  readonly mode: UpdateMode;
  readonly valueMap?: ValueMap;
  readonly transform?: string;
}

/** The strict form of the rules: unknown keys are mistakes, and every problem is told at once. */
export const analysisDocument = perSchema((schema): z.ZodType<Analysis> => {
  const rule = z.strictObject({
    from: z.string().min(1).max(200),
    field: fieldSchema(schema),
    mode: z.enum(UPDATE_MODES),
    valueMap: valueMapSchema().optional(),
    transform: transformSchema().optional(),
  });
  const document = z
    .array(rule)
    .max(500)
    .check(checkTogether((value, add) => checkRules(schema, itemsOf(value).map(membersOf), add)));
  return document as z.ZodType as z.ZodType<Analysis>;
});

function checkRules(schema: Schema, rules: readonly Readonly<Record<string, unknown>>[], add: AddProblem): void {
  for (const [index, { from, field, mode, valueMap }] of rules.entries()) {
    const definition = typeof field === 'string' ? definitionOf(schema, field) : undefined;
    if (definition === undefined) continue;
    if (field === 'phone_number')
      add(
        [index, 'field'],
        'finds the contact, and is never written by an analysis',
        'protected_field',
        'Choose another field: an analysis never changes the number.',
      );
    if (mode === 'merge' && definition.type !== 'string')
      add(
        [index, 'mode'],
        `can merge text only, and ${field} is ${definition.type}`,
        'merge_needs_text',
        'Use `overwrite` or `fill_if_empty`.',
      );
    const misfit = valueMapProblem(valueMap, definition, { isReversible: false });
    if (misfit !== undefined) add([index, 'valueMap'], misfit, 'value_map_misfit', 'Give each result a value that the field holds.');
    const first = rules.findIndex((other) => other['from'] === from && other['field'] === field);
    if (typeof from === 'string' && first < index)
      add([index], `brings ${from} into ${field}, as rule ${first} does`, 'duplicate_rule', 'Keep one of the two.');
  }
}

/**
 * Reads analysis rules from untrusted JSON: frozen plain data, or every problem at once. Several rules may feed one
 * field, and one result several fields; the same pair once.
 *
 * @example
 * safeParseAnalysis(defineContactSchema({}), [{ from: 'do_not_call', field: 'do_not_call', mode: 'merge' }]).issues[0].code //=> 'merge_needs_text'
 */
export function safeParseAnalysis<S extends Schema>(schema: S, json: unknown): Parsed<Analysis<S>> {
  const parsed = parseDocument(analysisDocument(schema), json);
  return parsed.ok ? { ok: true, value: deepFreeze(parsed.value) as Analysis<S> } : parsed;
}

/**
 * As `safeParseAnalysis`, for callers that can't go on without the rules.
 *
 * @throws CrmSyncError `invalid_document` with every problem in `issues`.
 */
export function parseAnalysis<S extends Schema>(schema: S, json: unknown): Analysis<S> {
  const parsed = safeParseAnalysis(schema, json);
  if (!parsed.ok) throw refusedDocument('The analysis', parsed.issues);
  return parsed.value;
}

/**
 * The workspace's analysis rules, checked by the compiler and at once: which result goes to which contact field, and how.
 *
 * @throws CrmSyncError `invalid_document` with every problem in `issues`.
 *
 * @example
 * defineAnalysis(defineContactSchema({}), [{ from: 'name', field: 'first_name', mode: 'fill_if_empty', transform: 'first_word' }]).length //=> 1
 */
export const defineAnalysis = <S extends Schema>(schema: S, rules: Analysis<NoInfer<S>>): Analysis<S> => parseAnalysis(schema, rules);

/**
 * What works but is likely not meant: a merge into a field without a description tells the merger nothing.
 *
 * @example
 * lintAnalysis(defineContactSchema({}), [{ from: 'name', field: 'last_name', mode: 'merge' }])[0].code //=> 'merge_without_description'
 */
export function lintAnalysis<S extends Schema>(schema: S, rules: Analysis<NoInfer<S>>): readonly Issue[] {
  return (rules as readonly Rule[]).flatMap(({ field, mode }, index) => {
    if (mode !== 'merge' || !isBlank(definitionOf(schema, field)?.description)) return [];
    return [
      {
        path: [index, 'field'],
        code: 'merge_without_description',
        message: `${field} is merged and has no description`,
        remedy: 'Describe in the schema what the text holds, what to keep and how it is laid out: that is the instruction of the merge.',
      },
    ];
  });
}

/**
 * Same analysis, same hash, whatever the order of its keys: what makes a redelivery unchanged and a new analysis new.
 *
 * @example
 * analysisHash({ analysis: { a: 1, b: 2 } }) === analysisHash({ analysis: { b: 2, a: 1 } }) //=> true
 */
export const analysisHash = ({ analysis }: Pick<Conversation, 'analysis'>): string => hashOf(analysis);

export interface AnalysisInput {
  readonly schema: Schema;
  readonly rules: Analysis;
  readonly conversation: Pick<Conversation, 'analysis'>;
  readonly contact: { readonly fields: Fields };
  /** IANA zone in which times without one are read and an instant becomes a day. Default UTC. */
  readonly timeZone?: string;
  readonly transforms?: Transforms;
}

export interface AnalysisPlan {
  /** Fields to write at once. */
  readonly set: Fields;
  /** Texts that the merger combines after that, one per field. */
  readonly merges: readonly {
    readonly field: string;
    readonly existing: string;
    /** Where several rules merge into the field: their texts, a line each. */
    readonly incoming: string;
    readonly rule: { readonly from: string; readonly mode: UpdateMode };
  }[];
  /** Why `set` has each of its fields: the last rule that set it. */
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

/**
 * What an analysis means for a contact. Decides, does nothing. Rules are taken in order, and a later one sees what an
 * earlier one set. A result that is absent or blank changes nothing; `false` and `0` are results.
 *
 * Source: Retell AI, "Map CRM fields", Update Modes.
 *
 * @throws CrmSyncError `unknown_field`, `unknown_transform`, `unknown_time_zone`, category `configuration`.
 *
 * @example
 * planAnalysis({ schema: defineContactSchema({}), rules: [{ from: 'name', field: 'first_name', mode: 'fill_if_empty' }], conversation: { analysis: { name: 'Alice' } }, contact: { fields: {} } }).set //=> { first_name: 'Alice' }
 * planAnalysis({ schema: defineContactSchema({}), rules: [{ from: 'name', field: 'first_name', mode: 'overwrite' }], conversation: { analysis: { name: '' } }, contact: { fields: { first_name: 'Al' } } }).kept //=> [{ field: 'first_name', from: 'name', reason: 'blank' }]
 */
export function planAnalysis({ schema, rules, conversation, contact, timeZone, transforms }: AnalysisInput): AnalysisPlan {
  const options = present<CoerceOptions>({ timeZone });
  const ready = (rules as readonly Rule[]).map((rule) => ({ ...rule, read: reader(schema, rule, options, transforms) }));
  const merges = new Map<string, AnalysisPlan['merges'][number]>();
  const changes = new Map<string, AnalysisPlan['changes'][number]>();
  const kept: AnalysisPlan['kept'][number][] = [];
  const refused: AnalysisPlan['refused'][number][] = [];
  for (const { from, field, mode, read } of ready) {
    if (!Object.hasOwn(conversation.analysis, from)) {
      kept.push({ field, from, reason: 'absent' });
      continue;
    }
    const incoming = read(conversation.analysis[from]);
    if (!incoming.ok) {
      refused.push({ field, from, code: incoming.code, message: incoming.message, remedy: incoming.remedy });
      continue;
    }
    const before = contact.fields[field] ?? null;
    const existing = changes.get(field)?.after ?? before;
    const resolution = resolveUpdate({ mode, existing, incoming: incoming.value });
    const rule = { from, mode };
    if (resolution.action === 'keep') kept.push({ field, from, reason: resolution.reason });
    else if (resolution.action === 'merge') merges.set(field, joined(merges.get(field), { field, rule, ...resolution }));
    else if (resolution.value === before) changes.delete(field);
    else changes.set(field, { field, before, after: resolution.value, rule });
  }
  const set = Object.fromEntries([...changes.values()].map(({ field, after }) => [field, after]));
  return { set, merges: [...merges.values()], changes: [...changes.values()], kept, refused };
}

type PlannedMerge = AnalysisPlan['merges'][number];

/** The merger answers once per field: a second text joins the first. */
function joined(first: PlannedMerge | undefined, { field, existing, incoming, rule }: PlannedMerge): PlannedMerge {
  if (first === undefined) return { field, existing, incoming, rule };
  return first.incoming.includes(incoming) ? first : { ...first, existing, incoming: `${first.incoming}\n${incoming}` };
}

/** Result → field value: valueMap, transform, type. What a rule names and does not exist is told before any result is looked at. */
function reader(schema: Schema, { field, valueMap, transform }: Rule, options: CoerceOptions, transforms: Transforms | undefined) {
  const definition = definitionOf(schema, field);
  if (definition === undefined)
    throw new CrmSyncError(`The analysis names \`${field}\`, which is no field of the schema.`, {
      code: 'unknown_field',
      category: 'configuration',
      remedy: 'Correct the rule, or add the field to the schema.',
    });
  const change = transform === undefined ? undefined : namedTransform(transform, transforms);
  return (result: unknown): Coerced => {
    const changed = applyTransform(change, mapIn(valueMap, result));
    return changed.ok ? (coerceValue(changed.value, definition, options) as Coerced) : changed;
  };
}
