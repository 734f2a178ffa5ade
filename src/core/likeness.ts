import type { DescribedField } from './described.ts';
import { wordsOf } from './field-words.ts';
import { findOption, namedOption } from './options.ts';
import type { EnumField, FieldDefinition } from './schema-types.ts';
import { standsInFor } from './usual-names.ts';

/**
 * Why a CRM field is offered for a contact field. `same_name` and `same_label`: whatever the spelling. `usual_name`: another
 * word for it, or the mobile phone for the phone. `same_options`: the picklist has all options of the field. `similar_name`:
 * words in common.
 */
export type SuggestionReason = 'same_name' | 'same_label' | 'usual_name' | 'same_options' | 'similar_name';

export interface Likeness {
  /** Above 0, at most 1: the names are the same. */
  readonly score: number;
  readonly reason: SuggestionReason;
}

interface Names {
  readonly name: readonly string[];
  readonly label: readonly string[];
}

/** How much a CRM field looks like a contact field, by names and options alone; null: not at all. */
export function likenessOf(fieldName: string, definition: FieldDefinition, offered: DescribedField): Likeness | null {
  const ours: Names = { name: wordsOf(fieldName), label: wordsOf(definition.label ?? '') };
  const theirs: Names = { name: wordsOf(offered.name), label: wordsOf(offered.label) };
  if (spelling(ours.name) === spelling(theirs.name)) return { score: 1, reason: 'same_name' };
  const pairs = [ours.name, ours.label].flatMap((own) => [theirs.name, theirs.label].map((other) => [own, other] as const));
  if (pairs.some(([own, other]) => own.length > 0 && spelling(own) === spelling(other))) return { score: 0.95, reason: 'same_label' };
  const distances = pairs.flatMap(([own, other]) => standsInFor(spelling(own), spelling(other)) ?? []);
  if (distances.length > 0) return { score: usual(Math.min(...distances)), reason: 'usual_name' };
  if (hasSameOptions(definition, offered)) return { score: 0.7, reason: 'same_options' };
  const shared = Math.max(...pairs.map(([own, other]) => sharedPart(own, other)));
  return shared === 0 ? null : { score: 0.4 + 0.3 * shared, reason: 'similar_name' };
}

const spelling = (words: readonly string[]): string => words.join('');

const usual = (distance: number): number => (distance === 0 ? 0.9 : Math.max(0.65, 0.85 - 0.05 * distance));

/** What part of all their words two names share; 0 where one has not all words of the other, and less than half are shared. */
function sharedPart(ours: readonly string[], theirs: readonly string[]): number {
  const all = new Set([...ours, ...theirs]);
  const shared = [...new Set(ours)].filter((word) => theirs.includes(word)).length;
  if (shared === 0) return 0;
  const isPart = ours.every((word) => theirs.includes(word));
  return isPart || shared * 2 >= all.size ? shared / all.size : 0;
}

/** Two options at least: one word says nothing. */
const hasSameOptions = (definition: FieldDefinition, offered: DescribedField): boolean =>
  definition.type === 'enum' && definition.options.length > 1 && optionsShared(definition, offered) === definition.options.length;

/** How many options of the contact field a picklist has. */
export const optionsShared = ({ options }: EnumField, { type, options: theirs = [] }: DescribedField): number =>
  type === 'picklist' ? options.map(namedOption).filter(({ value }) => findOption(theirs, value) !== undefined).length : 0;
