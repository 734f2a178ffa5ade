import type { DescribedField } from '../schema/described.ts';
import { wordsOf } from '../schema/field-words.ts';
import { findOption, namedOption } from '../schema/options.ts';
import type { EnumField, FieldDefinition } from '../schema/schema-types.ts';
import { standsInFor } from '../schema/usual-names.ts';

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

interface Name {
  readonly words: readonly string[];
  readonly spelling: string;
}
/** By what a field is known on either side. Made once for each: an account may have a thousand fields. */
export type Names = readonly [name: Name, label: Name];

export const namesOf = (name: string, label = ''): Names => [nameOf(ofCompany(name)), nameOf(label)];

/** The parent that a contact works for has one name in each CRM, and its fields go by that of the thing. */
const ofCompany = (path: string): string => path.replace(/^(?:account|organi[sz]ation)(?=\.)/i, 'company');

function nameOf(text: string): Name {
  const words = wordsOf(text);
  return { words, spelling: words.join('') };
}

/** How much a CRM field looks like a contact field, by names and options alone; null: not at all. */
export function likenessOf(ours: Names, definition: FieldDefinition, theirs: Names, offered: DescribedField): Likeness | null {
  if (ours[0].spelling === theirs[0].spelling) return { score: 1, reason: 'same_name' };
  const pairs = ours.flatMap((own) => theirs.map((other) => [own, other] as const));
  if (pairs.some(([own, other]) => own.words.length > 0 && own.spelling === other.spelling)) return { score: 0.95, reason: 'same_label' };
  const distances = pairs.flatMap(([own, other]) => standsInFor(own.spelling, other.spelling) ?? []);
  if (distances.length > 0) return { score: usual(Math.min(...distances)), reason: 'usual_name' };
  if (hasSameOptions(definition, offered)) return { score: 0.7, reason: 'same_options' };
  const shared = Math.max(...pairs.map(([own, other]) => sharedPart(own.words, other.words)));
  return shared === 0 ? null : { score: 0.4 + 0.3 * shared, reason: 'similar_name' };
}

const usual = (distance: number): number => (distance === 0 ? 0.9 : Math.max(0.65, 0.85 - 0.05 * distance));

/** What part of all their words two names share; 0 where one has not all words of the other, and less than half are shared. */
function sharedPart(ours: readonly string[], theirs: readonly string[]): number {
  const shared = new Set(ours.filter((word) => theirs.includes(word))).size;
  if (shared === 0) return 0;
  const all = new Set([...ours, ...theirs]);
  const isPart = ours.every((word) => theirs.includes(word));
  return isPart || shared * 2 >= all.size ? shared / all.size : 0;
}

/** Two options at least: one word says nothing. */
const hasSameOptions = (definition: FieldDefinition, offered: DescribedField): boolean =>
  definition.type === 'enum' && definition.options.length > 1 && optionsShared(definition, offered) === definition.options.length;

/** How many options of the contact field a picklist has. */
export const optionsShared = ({ options }: EnumField, { type, options: theirs = [] }: DescribedField): number =>
  type === 'picklist' ? options.map(namedOption).filter(({ value }) => findOption(theirs, value) !== undefined).length : 0;
