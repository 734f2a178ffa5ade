import type { Analysis, Mapping } from '../mapping/mapping-types.ts';
import { definitionOf } from '../schema/schema.ts';
import type { Schema } from '../schema/schema-types.ts';
import { isBlank } from '../values/blank.ts';
import type { Finding } from './finding.ts';

export interface MergingToCheck {
  readonly schema: Schema;
  readonly analysis: Analysis;
  readonly mappings: readonly Mapping[];
  readonly hasMerger: boolean;
}

/** What of the merging can't work, or not well: a field whose description tells the merger nothing, or nobody who merges. */
export function checkMerging({ schema, analysis, mappings, hasMerger }: MergingToCheck): readonly Finding[] {
  const byAnalysis = analysis.flatMap(({ field, mode }) => (mode === 'merge' ? [field] : []));
  const byConflict = mappings.flatMap(({ fields }) =>
    fields.flatMap((rule) => ('conflict' in rule && rule.conflict === 'merge' ? [rule.field] : [])),
  );
  const merged = [...new Set<string>([...byAnalysis, ...byConflict])];
  const undescribed = merged.filter((field) => isBlank(definitionOf(schema, field)?.description));
  return [...undescribed.map(withoutDescription), ...(merged.length > 0 && !hasMerger ? [NO_MERGER] : [])];
}

const withoutDescription = (field: string): Finding => ({
  level: 'advice',
  code: 'merge_without_description',
  message: `${field} is merged and has no description.`,
  remedy: 'Describe in the schema what the text holds, what to keep and how it is laid out: that is the instruction of the merge.',
  who: 'developer',
  at: { field },
});

const NO_MERGER: Finding = {
  level: 'warning',
  code: 'no_merger',
  message: 'Fields are to be merged, and the engine has no merger: their texts wait.',
  remedy: 'Give the engine a `merger`.',
  who: 'developer',
  at: {},
};
