import { CrmSyncError } from '../../errors.ts';
import { hashOf } from '../base/hash.ts';
import type { Analysis, Transforms, UpdateMode } from '../mapping/mapping-types.ts';
import { applyTransform, mapIn, namedTransform, type ValueMap } from '../mapping/rule-values.ts';
import { resolveUpdate } from '../mapping/update.ts';
import { type CoerceOptions, coerceValue } from '../schema/coerce.ts';
import { isPlaceholder } from '../schema/placeholder.ts';
import { definitionOf } from '../schema/schema.ts';
import type { Schema } from '../schema/schema-types.ts';
import { present } from '../values/present.ts';
import type { Coerced, Fields, Value } from '../values/value.ts';
import { builtInVersion, type ResultSource, resultOf } from './built-in-results.ts';
import { type GivenResults, type Replaceable, type Said, whyNotReplace, withGiven } from './given-results.ts';

/** A rule as planned with; typed rules are of this form. */
interface Rule {
  readonly from: string;
  readonly field: string;
  readonly mode: UpdateMode;
  readonly valueMap?: ValueMap;
  readonly transform?: string;
}

/**
 * Same analysis, same hash, whatever the order of its keys: what makes a redelivery unchanged and a new analysis new. Of the
 * built-in results those count that a rule takes; of a recording's link, where it lies and not how it is signed.
 *
 * @example
 * analysisHash({ analysis: { a: 1, b: 2 } }) === analysisHash({ analysis: { b: 2, a: 1 } }) //=> true
 * analysisHash({ analysis: {}, summary: 'A' }) === analysisHash({ analysis: {}, summary: 'B' }) //=> true
 * analysisHash({ analysis: {}, summary: 'A' }, [{ from: '$summary' }]) === analysisHash({ analysis: {}, summary: 'B' }, [{ from: '$summary' }]) //=> false
 */
export function analysisHash(conversation: ResultSource, rules: readonly { readonly from: string }[] = []): string {
  const { analysis } = conversation;
  const builtIn = builtInVersion(conversation, new Set(rules.map(({ from }) => from)));
  return hashOf(Object.keys(builtIn).length === 0 ? analysis : { analysis, builtIn });
}

export interface AnalysisInput {
  readonly schema: Schema;
  readonly rules: Analysis;
  readonly conversation: ResultSource;
  readonly contact: { readonly fields: Fields };
  /** IANA zone in which times without one are read and an instant becomes a day. Default UTC. */
  readonly timeZone?: string;
  readonly transforms?: Transforms;
  /** The `given` of the plan before, whichever conversation that was: so that an older one does not overwrite what a later one gave. */
  readonly given?: GivenResults;
  /** Default `anything`. */
  readonly replace?: Replaceable;
  /** ISO 8601 UTC. A conversation that says it began later counts as of now: else no other one could replace what it gave, for as long. */
  readonly now?: string;
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
    /**
     * `placeholder`: a word such as `unknown`, which stands for no result. `later_conversation`: one that began later has given
     * the field a value. `other_source`: with `replace: 'results'`, no conversation gave what is there.
     */
    readonly reason: 'absent' | 'already_filled' | 'blank' | 'placeholder' | 'same' | 'later_conversation' | 'other_source';
  }[];
  /** Results that don't fit their field: left out, the others go on. */
  readonly refused: readonly {
    readonly field: string;
    readonly from: string;
    readonly code: string;
    readonly message: string;
    readonly remedy: string;
  }[];
  /** Which conversation gave each field its value: to be kept with the contact, and handed to the next plan. */
  readonly given: GivenResults;
}

/**
 * What an analysis means for a contact. Decides, does nothing. Rules are taken in order, and a later one sees what an
 * earlier one set. A result that is absent, blank or a placeholder word changes nothing; `false` and `0` are results.
 *
 * Source: Retell AI, "Map CRM fields", Update Modes.
 *
 * @throws CrmSyncError `unknown_field`, `unknown_transform`, `unknown_time_zone`, category `configuration`.
 *
 * @example
 * planAnalysis({ schema: defineContactSchema({}), rules: [{ from: 'name', field: 'first_name', mode: 'fill_if_empty' }], conversation: { analysis: { name: 'Alice' } }, contact: { fields: {} } }).set //=> { first_name: 'Alice' }
 * planAnalysis({ schema: defineContactSchema({}), rules: [{ from: 'name', field: 'first_name', mode: 'overwrite' }], conversation: { analysis: { name: '' } }, contact: { fields: { first_name: 'Al' } } }).kept //=> [{ field: 'first_name', from: 'name', reason: 'blank' }]
 */
export function planAnalysis(input: AnalysisInput): AnalysisPlan {
  const { schema, rules, conversation, contact, timeZone, transforms, given = {}, replace = 'anything', now } = input;
  const { startedAt } = conversation;
  const isAhead = startedAt !== undefined && now !== undefined && Date.parse(startedAt) > Date.parse(now);
  const at = isAhead ? now : startedAt;
  const options = present<CoerceOptions>({ timeZone });
  const ready = (rules as readonly Rule[]).map((rule) => ({ ...rule, read: reader(schema, rule, options, transforms) }));
  const merges = new Map<string, AnalysisPlan['merges'][number]>();
  const changes = new Map<string, AnalysisPlan['changes'][number]>();
  const said = new Set<string>();
  const kept: AnalysisPlan['kept'][number][] = [];
  const refused: AnalysisPlan['refused'][number][] = [];
  for (const { from, field, mode, read } of ready) {
    const result = resultOf(conversation, from);
    if (result.ok === 'absent') {
      kept.push({ field, from, reason: 'absent' });
      continue;
    }
    const incoming = result.ok ? read(result.value) : result;
    if (incoming === 'placeholder') {
      kept.push({ field, from, reason: 'placeholder' });
      continue;
    }
    if (!incoming.ok) {
      refused.push({ field, from, code: incoming.code, message: incoming.message, remedy: incoming.remedy });
      continue;
    }
    const before = contact.fields[field] ?? null;
    const existing = changes.get(field)?.after ?? before;
    const resolution = resolveUpdate({ mode, existing, incoming: incoming.value });
    const rule = { from, mode };
    const isReplacing = resolution.action === 'set' && mode === 'overwrite' && !said.has(field);
    const objection = isReplacing ? whyNotReplace({ field, existing, at, given, replace }) : null;
    if (objection !== null) {
      kept.push({ field, from, reason: objection });
      continue;
    }
    if (resolution.action === 'set' || (mode === 'overwrite' && resolution.action === 'keep' && resolution.reason === 'same'))
      said.add(field);
    if (resolution.action === 'keep') kept.push({ field, from, reason: resolution.reason });
    else if (resolution.action === 'merge') merges.set(field, joined(merges.get(field), { field, rule, ...resolution }));
    else if (resolution.value === before) changes.delete(field);
    else changes.set(field, { field, before, after: resolution.value, rule });
  }
  const set = Object.fromEntries([...changes.values()].map(({ field, after }) => [field, after]));
  const saidOf = (field: string): [string, Said] => {
    const change = changes.get(field);
    return [field, { value: change?.after ?? contact.fields[field] ?? null, isNew: change !== undefined }];
  };
  const next = withGiven(given, at, new Map([...said].map(saidOf)));
  return { set, merges: [...merges.values()], changes: [...changes.values()], kept, refused, given: next };
}

type PlannedMerge = AnalysisPlan['merges'][number];

/** The merger answers once per field: a second text joins the first. */
function joined(first: PlannedMerge | undefined, { field, existing, incoming, rule }: PlannedMerge): PlannedMerge {
  if (first === undefined) return { field, existing, incoming, rule };
  return first.incoming.includes(incoming) ? first : { ...first, existing, incoming: `${first.incoming}\n${incoming}` };
}

/** Result → field value: valueMap, placeholder words, transform, type. What a rule names and does not exist is told before any result is looked at. */
function reader(schema: Schema, { field, valueMap, transform }: Rule, options: CoerceOptions, transforms: Transforms | undefined) {
  const definition = definitionOf(schema, field);
  if (definition === undefined)
    throw new CrmSyncError(`The analysis names \`${field}\`, which is no field of the schema.`, {
      code: 'unknown_field',
      category: 'configuration',
      remedy: 'Correct the rule, or add the field to the schema.',
    });
  const change = transform === undefined ? undefined : namedTransform(transform, transforms);
  return (result: unknown): Coerced | 'placeholder' => {
    const mapped = mapIn(valueMap, result);
    if (isPlaceholder(mapped, definition)) return 'placeholder';
    const changed = applyTransform(change, mapped);
    return changed.ok ? (coerceValue(changed.value, definition, options) as Coerced) : changed;
  };
}
