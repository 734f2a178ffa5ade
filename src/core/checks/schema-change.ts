import type { Issue } from '../../errors.ts';
import { listNames } from '../base/text.ts';
import { type Filter, filterFields } from '../mapping/filter.ts';
import type { Analysis, Mapping } from '../mapping/mapping-types.ts';
import { ENTITIES } from '../schema/entities.ts';
import { namedOption } from '../schema/options.ts';
import { definitionOf } from '../schema/schema.ts';
import type { FieldDefinition, Schema } from '../schema/schema-types.ts';
import type { Segment } from '../segments/segment.ts';

/** Where fields of a schema are used. */
export interface SchemaUses {
  readonly mappings: readonly Mapping[];
  readonly analysis?: Analysis;
  readonly segments?: readonly Segment[];
}

/** What becomes of the fields, by name; each field is in one list at most. */
export type SchemaChange =
  | {
      readonly ok: true;
      /** New: empty on every contact, not missing. */
      readonly added: readonly string[];
      readonly removed: readonly string[];
      /** Stored values may no longer fit: another type, an option less, a smaller `maxLength`. */
      readonly retyped: readonly string[];
      /** Everything that is stored still fits: more options, a larger `maxLength`. */
      readonly widened: readonly string[];
      /** Other words only: labels, description. */
      readonly relabelled: readonly string[];
    }
  | { readonly ok: false; readonly issues: readonly Issue[] };

type Change = 'retyped' | 'widened' | 'relabelled' | 'same';

const optionValues = (definition: FieldDefinition): string[] =>
  definition.type === 'enum' ? definition.options.map((one) => namedOption(one).value) : [];
const wordsOf = (definition: FieldDefinition): string =>
  JSON.stringify([
    definition.label,
    definition.description,
    definition.type === 'enum' ? definition.options.map((one) => namedOption(one)).map(({ value, label }) => [value, label]) : null,
  ]);
const maxLengthOf = (definition: FieldDefinition): number =>
  definition.type === 'string' ? (definition.maxLength ?? Number.POSITIVE_INFINITY) : Number.POSITIVE_INFINITY;

function changeOf(old: FieldDefinition, next: FieldDefinition): Change {
  const [before, after] = [optionValues(old), optionValues(next)];
  if (old.type !== next.type || before.some((value) => !after.includes(value)) || maxLengthOf(next) < maxLengthOf(old)) return 'retyped';
  if (after.length > before.length || maxLengthOf(next) > maxLengthOf(old)) return 'widened';
  return wordsOf(old) === wordsOf(next) ? 'same' : 'relabelled';
}

/** What exactly no longer fits, for the message. */
function describeChange(old: FieldDefinition, next: FieldDefinition): string {
  if (old.type !== next.type) return `cannot change from ${old.type} to ${next.type}`;
  const after = optionValues(next);
  const gone = optionValues(old).filter((value) => !after.includes(value));
  return gone.length > 0 ? `cannot lose the option ${listNames(gone)}` : 'cannot become shorter';
}

/** Every place that names the field, such as `mappings.0.fields.2`. */
function usesOf(field: string, { mappings, analysis = [], segments = [] }: SchemaUses): string[] {
  const inMappings = mappings.flatMap((mapping, index) => {
    const rules = (mapping.fields as readonly { readonly field: string }[]).flatMap((rule, position) =>
      rule.field === field ? [`mappings.${index}.fields.${position}`] : [],
    );
    const keys = mapping.matchKey as string | readonly string[] | undefined;
    const matchKeys =
      typeof keys === 'string'
        ? keys === field
          ? [`mappings.${index}.matchKey`]
          : []
        : (keys ?? []).flatMap((key, position) => (key === field ? [`mappings.${index}.matchKey.${position}`] : []));
    const filters = namedIn(mapping.pushFilter, field) ? [`mappings.${index}.pushFilter`] : [];
    return [...rules, ...filters, ...matchKeys];
  });
  const inAnalysis = (analysis as readonly { readonly field: string }[]).flatMap((rule, index) =>
    rule.field === field ? [`analysis.${index}`] : [],
  );
  const inSegments = segments.flatMap(({ where, watch = [] }, index) => [
    ...(namedIn(where, field) ? [`segments.${index}.where`] : []),
    ...((watch as readonly string[]).includes(field) ? [`segments.${index}.watch`] : []),
  ]);
  return [...inMappings, ...inAnalysis, ...inSegments];
}

const namedIn = (filter: Filter | undefined, field: string): boolean => filter !== undefined && filterFields(filter).includes(field);

/**
 * Compares two schemas of a workspace before the second replaces the first. A field that mappings, analysis rules
 * or segments use can't be removed, and what it holds can't be narrowed; every use is named by its path.
 *
 * Source: Retell AI, contact custom fields.
 *
 * @example
 * planSchemaChange(defineContactSchema({}), defineContactSchema({ email: { type: 'string' } }), { mappings: [] }) //=> { ok: true, added: ['email'], removed: [], retyped: [], widened: [], relabelled: [] }
 */
export function planSchemaChange(old: Schema, next: Schema, uses: SchemaUses): SchemaChange {
  const issues: Issue[] = [];
  const changed: Record<Exclude<Change, 'same'>, string[]> = { retyped: [], widened: [], relabelled: [] };
  const removed: string[] = [];
  const refuseIfUsed = (field: string, what: string, remedy: string): void => {
    const places = usesOf(field, uses);
    if (places.length > 0)
      issues.push({ path: ['fields', field], code: 'field_in_use', message: `${what}: it is used by ${places.join(', ')}`, remedy });
  };
  for (const name of Object.keys(old.fields)) {
    const [before, after] = [definitionOf(old, name)!, definitionOf(next, name)];
    if (after === undefined) {
      removed.push(name);
      if (Object.hasOwn(ENTITIES[old.entity].builtIn, name))
        issues.push({ path: ['fields', name], code: 'built_in_field', message: 'is built in and stays', remedy: 'Keep the field.' });
      else refuseIfUsed(name, 'cannot be removed', 'Remove the rules that use it first.');
      continue;
    }
    const change = changeOf(before, after);
    if (change === 'same') continue;
    changed[change].push(name);
    if (change === 'retyped') refuseIfUsed(name, describeChange(before, after), 'Remove the rules that use it first, or add a new field.');
  }
  if (issues.length > 0) return { ok: false, issues };
  const added = Object.keys(next.fields).filter((name) => definitionOf(old, name) === undefined);
  return { ok: true, added, removed, ...changed };
}
