import { compatible } from './compatibility.ts';
import type { CrmFieldType, DescribedField } from './described.ts';
import { type Likeness, likenessOf, type Names, namesOf, optionsShared, type SuggestionReason } from './likeness.ts';
import type { AnyRule, FieldRule } from './mapping-types.ts';
import { CRM_PATH } from './paths.ts';
import type { FieldDefinition, FieldDefinitions, FieldName, Schema } from './schema-types.ts';

/** A CRM field that may be meant for a contact field. */
export interface MappingCandidate<S extends Schema = Schema> {
  /** API name of the CRM field. */
  readonly crm: string;
  /** From 0 to 1, in hundredths: how likely it is meant. */
  readonly score: number;
  readonly reason: SuggestionReason;
  /** What a mapping would say; the direction is the widest that works. */
  readonly rule: FieldRule<S>;
}

export interface MappingSuggestion<S extends Schema = Schema> {
  /** The best proposal, as `fields` of a mapping: one rule at most for each contact field, and for each CRM field. */
  readonly fields: readonly FieldRule<S>[];
  /** Everything to choose from, by contact field, best first; empty where nothing looks like it. */
  readonly candidates: { readonly [K in FieldName<S>]: readonly MappingCandidate<S>[] };
}

const LISTED_FROM = 0.4;
const PROPOSED_FROM = 0.6;

interface Choice {
  readonly field: string;
  readonly candidate: MappingCandidate;
}

/**
 * Which CRM fields are probably meant for the fields of a contact: by name, label, what CRMs usually call it, and options,
 * among those whose type fits. A rule writes only where the connected user may, and where everything the contact field
 * holds is of the CRM field's type. The phone number, which finds the contact, is only read. The order of the CRM's fields
 * changes nothing. To be looked at by a person; `lintMapping` and `preview` show what it would do.
 *
 * @param describedFields - As `engine.describeFields(object)` answers. Fields of parents are suggested where they are described.
 *
 * @example
 * suggestMapping(defineContactSchema({}), [{ name: 'Phone', label: 'Business Phone', type: 'phone', creatable: true, updatable: true, nullable: true, required: false, filterable: true, unique: false }]).fields //=> [{ crm: 'Phone', field: 'phone_number', direction: 'inbound' }]
 */
export function suggestMapping<S extends Schema>(schema: S, describedFields: readonly DescribedField[]): MappingSuggestion<S> {
  const definitions: FieldDefinitions = schema.fields;
  const offers = describedFields
    .filter(({ name }) => CRM_PATH.test(name))
    .map((field) => ({ field, names: namesOf(field.name, field.label) }));
  const candidates = Object.entries(definitions).map(([field, definition]) => [field, candidatesFor(field, definition, offers)] as const);
  const choices = candidates.flatMap(([field, all]) => all.map((candidate): Choice => ({ field, candidate })));
  const suggestion: object = { fields: bestOf(choices), candidates: Object.fromEntries(candidates) } satisfies MappingSuggestion;
  return suggestion as MappingSuggestion<S>;
}

interface Offer {
  readonly field: DescribedField;
  readonly names: Names;
}

function candidatesFor(field: string, definition: FieldDefinition, offers: readonly Offer[]): readonly MappingCandidate[] {
  const own = namesOf(field, definition.label);
  return offers
    .flatMap(({ field: offered, names }): readonly MappingCandidate[] => {
      const likeness = likenessOf(own, definition, names, offered);
      const score = likeness === null ? 0 : scoreOf(likeness, field, definition, offered);
      if (likeness === null || score < LISTED_FROM) return [];
      return [{ crm: offered.name, score, reason: likeness.reason, rule: ruleFor(field, definition, offered) as FieldRule<Schema> }];
    })
    .sort(byScore);
}

const byScore = (a: MappingCandidate, b: MappingCandidate): number => b.score - a.score || (a.crm < b.crm ? -1 : a.crm > b.crm ? 1 : 0);

/** The likeliest pairs first, each field of either side once; in the order of the schema. */
function bestOf(choices: readonly Choice[]): readonly FieldRule<Schema>[] {
  const taken = new Map<string, FieldRule<Schema>>();
  const written = new Set<string>();
  const likely = choices.filter(({ candidate }) => candidate.score >= PROPOSED_FROM);
  for (const { field, candidate } of [...likely].sort((a, b) => b.candidate.score - a.candidate.score)) {
    if (taken.has(field) || written.has(candidate.crm)) continue;
    taken.set(field, candidate.rule);
    written.add(candidate.crm);
  }
  return [...new Set(choices.map(({ field }) => field))].flatMap((field) => taken.get(field) ?? []);
}

/** Types whose values are text of that kind: any other sort of field that is named alike is seldom meant. */
const TEXTS: ReadonlySet<CrmFieldType> = new Set(['string', 'text', 'phone', 'email', 'url', 'picklist']);
const NUMBERS: ReadonlySet<CrmFieldType> = new Set(['string', 'text', 'phone']);

/** Another sort of values, or that it can't be written, makes a field less likely; a type that never fits rules it out. */
function scoreOf({ score }: Likeness, field: string, definition: FieldDefinition, offered: DescribedField): number {
  const { type } = definition;
  const fit = compatible(offered.type, type);
  if (fit === 'no' || (field === 'phone_number' && !NUMBERS.has(offered.type))) return 0;
  const isForeign = definition.type === 'enum' && offered.options !== undefined && optionsShared(definition, offered) === 0;
  const isSameSort = fit === 'yes' && !isForeign && (type !== 'string' || TEXTS.has(offered.type));
  return Math.round(score * (isSameSort ? 1 : 0.7) * (offered.updatable ? 1 : 0.95) * 100) / 100;
}

/** What the CRM requires is not cleared by a blank of ours, which it would refuse. */
function ruleFor(field: string, definition: FieldDefinition, offered: DescribedField): AnyRule {
  if (!isWritten(field, definition, offered)) return { crm: offered.name, field, direction: 'inbound' };
  const rule = { crm: offered.name, field, direction: 'both' } as const;
  return offered.nullable ? rule : { ...rule, blank: { outbound: 'keep' } };
}

function isWritten(field: string, { type }: FieldDefinition, offered: DescribedField): boolean {
  if (field === 'phone_number' || !offered.updatable || offered.name.includes('.')) return false;
  if (type !== 'string') return compatible(offered.type, type) === 'yes';
  return TEXTS.has(offered.type) && offered.restricted !== true;
}
