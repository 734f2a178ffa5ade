import * as z from 'zod';
import { type Issue, refusedDocument } from '../../errors.ts';
import { deepFreeze } from '../base/freeze.ts';
import { parseDocument } from '../base/issues.ts';
import { lazy } from '../base/lazy.ts';
import { listNames, nearestName } from '../base/text.ts';
import { type Analysis, UPDATE_MODES } from '../mapping/mapping-types.ts';
import {
  type AddProblem,
  checkTogether,
  fieldSchema,
  itemsOf,
  membersOf,
  transformSchema,
  valueMapProblem,
  valueMapSchema,
} from '../mapping/rule-schema.ts';
import { perSchema } from '../schema/per-schema.ts';
import { definitionOf } from '../schema/schema.ts';
import type { Schema } from '../schema/schema-types.ts';
import { isBlank } from '../values/blank.ts';
import type { Parsed } from '../values/value.ts';
import { BUILT_IN_RESULTS, isBuiltInName, isBuiltInResult } from './built-in-results.ts';

/** The strict form of the rules: unknown keys are mistakes, and every problem is told at once. */
export const analysisDocument = perSchema((schema): z.ZodType<Analysis> => {
  const rule = z.strictObject({
    from: resultName(),
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

/** A custom result may have any other name: nobody but the platform knows which there are. */
const resultName = lazy(() =>
  z
    .string()
    .min(1)
    .max(200)
    .check((context) => {
      if (!isBuiltInName(context.value) || isBuiltInResult(context.value)) return;
      const nearest = nearestName(context.value, BUILT_IN_RESULTS);
      context.issues.push({
        code: 'custom',
        input: context.value,
        message: 'is no built-in result',
        params: {
          code: 'unknown_result',
          remedy: nearest === undefined ? `Use one of ${listNames(BUILT_IN_RESULTS)}.` : `Did you mean \`${nearest}\`?`,
        },
      });
    }),
);

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
  return rules.flatMap(({ field, mode }, index) => {
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
