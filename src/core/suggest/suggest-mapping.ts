import type { AnyRule, FieldRule } from '../mapping/mapping-types.ts';
import { compatible } from '../schema/compatibility.ts';
import type { CrmFieldType, DescribedField } from '../schema/described.ts';
import { type FieldToRead, kindOfField } from '../schema/field-reader.ts';
import type { FieldDefinitions, FieldName, Schema } from '../schema/schema-types.ts';
import { CRM_PATH } from '../values/paths.ts';
import { type Likeness, likenessOf, type Names, namesOf, optionsShared, type SuggestionReason } from './likeness.ts';

/** A CRM field that may be meant for a field of a contact or company. */
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
  /** The best proposal, as `fields` of a mapping: one rule at most for each field of the schema, and for each CRM field. */
  readonly fields: readonly FieldRule<S>[];
  /** Everything to choose from, by field of the schema, best first; empty where nothing looks like it. */
  readonly candidates: { readonly [K in FieldName<S>]: readonly MappingCandidate<S>[] };
}

const LISTED_FROM = 0.4;
const PROPOSED_FROM = 0.6;

interface Choice {
  readonly field: string;
  readonly candidate: MappingCandidate;
}

/**
 * Which CRM fields are probably meant for the fields of a contact or company: by name, label, what CRMs usually call it, and
 * options, among those whose type fits. A rule writes only where the connected user may, and where everything the field
 * holds is of the CRM field's type. The phone number, which finds the contact, is only read, and so are a parent's fields and
 * the domain of a web address. The order of the CRM's fields changes nothing. To be looked at by a person; `lintMapping` and `preview` show what it would do.
 *
 * @param describedFields - As `engine.describeFields(object)` answers; with `{ parents: true }` fields of parents are suggested too (`Account.Name`).
 *
 * @example
 * suggestMapping(defineContactSchema({}), [{ name: 'Phone', label: 'Business Phone', type: 'phone', creatable: true, updatable: true, nullable: true, required: false, filterable: true, unique: false }]).fields //=> [{ crm: 'Phone', field: 'phone_number', direction: 'inbound' }]
 */
export function suggestMapping<S extends Schema>(schema: S, describedFields: readonly DescribedField[]): MappingSuggestion<S> {
  const definitions: FieldDefinitions = schema.fields;
  const offers = describedFields
    .filter(({ name }) => CRM_PATH.test(name))
    .map((field) => ({ field, names: namesOf(field.name, field.label) }));
  const candidates = Object.entries(definitions).map(
    ([field, definition]) => [field, candidatesFor({ entity: schema.entity, field, definition }, offers)] as const,
  );
  const choices = candidates.flatMap(([field, all]) => all.map((candidate): Choice => ({ field, candidate })));
  const suggestion: object = { fields: bestOf(choices), candidates: Object.fromEntries(candidates) } satisfies MappingSuggestion;
  return suggestion as MappingSuggestion<S>;
}

interface Offer {
  readonly field: DescribedField;
  readonly names: Names;
}

function candidatesFor(of: FieldToRead, offers: readonly Offer[]): readonly MappingCandidate[] {
  const { field, definition } = of;
  const own = namesOf(field, definition.label);
  return offers
    .flatMap(({ field: offered, names }): readonly MappingCandidate[] => {
      const likeness = likenessOf(own, definition, names, offered);
      const score = likeness === null ? 0 : scoreOf(likeness, of, offered);
      if (likeness === null || score < LISTED_FROM) return [];
      return [{ crm: offered.name, score, reason: likeness.reason, rule: ruleFor(of, offered) as FieldRule<Schema> }];
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
function scoreOf({ score }: Likeness, of: FieldToRead, offered: DescribedField): number {
  const { definition } = of;
  const { type } = definition;
  const fit = compatible(offered.type, type);
  if (fit === 'no' || (kindOfField(of) === 'phone' && !NUMBERS.has(offered.type))) return 0;
  const isForeign = definition.type === 'enum' && offered.options !== undefined && optionsShared(definition, offered) === 0;
  const isSameSort = fit === 'yes' && !isForeign && (type !== 'string' || TEXTS.has(offered.type));
  return Math.round(score * (isSameSort ? 1 : 0.7) * (isParents(offered) ? 0.9 : offered.updatable ? 1 : 0.95) * 100) / 100;
}

const isParents = ({ name }: DescribedField): boolean => name.includes('.');

/** What the CRM requires is not cleared by a blank of ours, which it would refuse. */
function ruleFor(of: FieldToRead, offered: DescribedField): AnyRule {
  const { field } = of;
  if (!isWritten(of, offered)) return { crm: offered.name, field, direction: 'inbound' };
  const rule = { crm: offered.name, field, direction: 'both' } as const;
  return offered.nullable ? rule : { ...rule, blank: { outbound: 'keep' } };
}

function isWritten(of: FieldToRead, offered: DescribedField): boolean {
  const { type } = of.definition;
  const kind = kindOfField(of);
  if (kind === 'phone' || (kind === 'domain' && offered.type === 'url') || !offered.updatable || isParents(offered)) return false;
  if (type !== 'string') return compatible(offered.type, type) === 'yes';
  return TEXTS.has(offered.type) && offered.restricted !== true;
}
