import { CrmSyncError } from '../../errors.ts';
import { hashOf } from '../base/hash.ts';
import { listNames } from '../base/text.ts';
import { isCountry } from '../phone/phone.ts';
import { ENTITIES } from '../schema/entities.ts';
import { definitionOf } from '../schema/schema.ts';
import type { Schema } from '../schema/schema-types.ts';
import { isTimeZone } from '../values/dates.ts';
import type { Value } from '../values/value.ts';
import { tieRule } from './company-tie.ts';
import { compileRule, crmFieldsOf, type DescribedFields } from './compile-rule.ts';
import { compileContactFilter } from './contact-filter.ts';
import { filterFields } from './filter.ts';
import type {
  AnyRule,
  CompiledCreate,
  CompiledMapping,
  CompiledRule,
  CompileOptions,
  CrmRecord,
  InboundRule,
  Mapping,
} from './mapping-types.ts';
import { matchKeysOf } from './match-keys.ts';
import { planFingerprint } from './plan-fingerprint.ts';
import { blankOf } from './policies.ts';
import { isVisible } from './unusable.ts';

/**
 * A mapping ready to run: every value of a record read, coerced and formatted by plain functions. Options that can't
 * work are told here, not in the middle of a page.
 *
 * With `described`, rules on fields that the connected user doesn't see are absent (R15). A filter or a match key can't
 * be: without them strangers would be imported, or nobody found.
 *
 * @throws CrmSyncError category `configuration`: `unknown_field`, `unknown_transform`, `unknown_policy`, `unknown_country`,
 *   `unknown_time_zone`, `match_key_not_mapped`; category `permission`: `filter_field_not_visible`.
 *
 * @example
 * compileMapping(defineContactSchema({}), { crmObject: 'Contact', fields: [{ crm: 'Phone', field: 'phone_number', direction: 'inbound' }] }).crmFields //=> ['Phone']
 * compileMapping(defineContactSchema({}), { crmObject: 'Contact', fields: [{ crm: 'FirstName', field: 'first_name', direction: 'inbound' }] }, { matchFields: { phone_number: 'Phone' } }).crmFields //=> ['FirstName', 'Phone']
 */
export function compileMapping<S extends Schema>(
  schema: S,
  mapping: Mapping<NoInfer<S>>,
  options: CompileOptions = {},
): CompiledMapping<S> {
  checkOptions(options);
  const plain: Mapping = mapping;
  const matchKeyNames = matchKeysOf(schema, plain);
  const given: readonly AnyRule[] = plain.fields;
  const all = [...given, ...matchKeyNames.flatMap((field) => connectorRule(given, field, options) ?? [])];
  const described: DescribedFields = options.described && new Map(options.described.fields.map((field) => [field.name, field]));
  const keys = keysOf(all);
  const compiled = all.map((rule, index) =>
    compileRule({
      ...{ rule, key: keys[index]!, entity: schema.entity, definition: knownDefinition(schema, rule.field) },
      ...{ described, options, defaults: plain },
    }),
  );
  const rules = compiled.map((rule) => (rule.field === options.companyField ? tieRule(rule) : rule));
  const matchKeys = matchKeyNames.flatMap((name) => rules.find(({ field, direction }) => field === name && direction !== 'outbound') ?? []);
  const filter = plain.filter ?? null;
  const pushFilter = plain.pushFilter === undefined ? null : compileContactFilter(schema, plain.pushFilter, options);
  if (described !== undefined) {
    checkFilter(plain, described);
    checkMatchKeys(schema, plain, matchKeys);
  }
  return {
    schema,
    entity: schema.entity,
    crmObject: plain.crmObject,
    rules,
    crmFields: fieldsToRead(plain, rules, described),
    matchKeys,
    filter,
    pushFilter,
    create: compileCreate(plain, options),
    ...fingerprints(schema, plain, all, rules, options),
    readRecord: (record) => readRecord(rules, record),
    toCrm: (fields) => toCrm(rules, fields),
  };
}

/** Our id is read too, where one can see it: it tells a record that was made again from a stranger's with the same number. */
function fieldsToRead({ filter, create }: Mapping, rules: readonly CompiledRule[], described: DescribedFields): readonly string[] {
  const idField = create?.idField;
  const isShown = idField !== undefined && (described === undefined || isVisible(idField, described));
  const filtered = filter === undefined ? [] : filterFields(filter);
  return [...new Set([...rules.flatMap(({ crm }) => crm), ...filtered, ...(isShown ? [idField] : [])])].sort();
}

const refuseOptions = (message: string, code: string, remedy: string): CrmSyncError =>
  new CrmSyncError(message, { code, category: 'configuration', remedy });

function checkOptions({ defaultCountry, timeZone }: CompileOptions): void {
  if (defaultCountry !== undefined && !isCountry(defaultCountry))
    throw refuseOptions('The default country is not known.', 'unknown_country', 'Use two capital letters of ISO 3166, such as `US`.');
  if (timeZone !== undefined && !isTimeZone(timeZone))
    throw refuseOptions('The time zone is not known.', 'unknown_time_zone', 'Use an IANA name, such as `Europe/Berlin` or `UTC`.');
}

function knownDefinition(schema: Schema, field: string) {
  const definition = definitionOf(schema, field);
  if (definition !== undefined) return definition;
  const remedy = 'Correct the mapping, or add the field to the schema.';
  throw refuseOptions(`The mapping names \`${field}\`, which is no field of the schema.`, 'unknown_field', remedy);
}

function checkFilter({ crmObject, filter }: Mapping, described: NonNullable<DescribedFields>): void {
  const hidden = filter === undefined ? [] : filterFields(filter).filter((field) => !isVisible(field, described));
  if (hidden.length === 0) return;
  throw new CrmSyncError(`The filter looks at ${listNames(hidden)}, which the connected user does not see.`, {
    code: 'filter_field_not_visible',
    category: 'permission',
    remedy: 'Let the connected user see the field, or change the filter: without it nobody can say which records are meant.',
    at: { object: crmObject },
  });
}

function checkMatchKeys(schema: Schema, mapping: Mapping, matchKeys: readonly CompiledRule[]): void {
  if (matchKeys.length > 0) return;
  throw new CrmSyncError(
    `No CRM field is mapped to ${listNames(matchKeysOf(schema, mapping))}, by which ${ENTITIES[schema.entity].plural} are found.`,
    {
      code: 'match_key_not_mapped',
      category: 'configuration',
      remedy: "Add a rule with direction 'inbound' for it, or choose another `matchKey`.",
      at: { object: mapping.crmObject },
    },
  );
}

function compileCreate({ create }: Mapping, { described }: CompileOptions): CompiledCreate {
  const { idField, defaults = {} } = create ?? {};
  const isUnique = described?.fields.some(({ name, unique }) => name === idField && unique) === true;
  return {
    idField: idField === undefined ? null : { name: idField, unique: isUnique },
    defaults,
    required: (described?.fields ?? []).filter(({ required }) => required).map(({ name }) => name),
    requiredOneOf: described?.requiredOneOf ?? [],
  };
}

/** A mapping that reads nothing into its match key gets the connector's own field. */
function connectorRule(rules: readonly AnyRule[], field: string, { matchFields = {} }: CompileOptions): InboundRule | undefined {
  const isRead = rules.some((rule) => rule.field === field && rule.direction !== 'outbound');
  const crm = Object.hasOwn(matchFields, field) ? matchFields[field] : undefined;
  return isRead || crm === undefined ? undefined : { crm, field, direction: 'inbound' };
}

/**
 * A rule that writes is kept under the CRM field's own name. One CRM field may also be read into several contact fields
 * (`Name` into a first and a last name): the others have their field's name added, for each needs a pair of its own.
 */
function keysOf(rules: readonly AnyRule[]): readonly string[] {
  const taken = new Set(rules.flatMap((rule) => (rule.direction === 'inbound' ? [] : [rule.crm])));
  return rules.map((rule) => {
    const key = crmFieldsOf(rule).join('|');
    if (rule.direction !== 'inbound') return key;
    if (taken.has(key)) return `${key}>${rule.field}`;
    taken.add(key);
    return key;
  });
}

/** The order of rules, defaults that are written out, and words for people change no fingerprint. */
function fingerprints(
  schema: Schema,
  mapping: Mapping,
  rules: readonly AnyRule[],
  compiled: readonly CompiledRule[],
  { defaultCountry, timeZone, companyField }: CompileOptions,
) {
  const { crmObject, filter } = mapping;
  const common = { crmObject, filter, matchKeys: matchKeysOf(schema, mapping), defaultCountry, timeZone: timeZone ?? 'UTC' };
  const together = (parts: readonly object[]) => ({ ...common, rules: parts.map(hashOf).sort() });
  const reads = (rule: AnyRule) => {
    const { label: _, description: __, ...definition } = knownDefinition(schema, rule.field);
    const { join, transform } = rule as Partial<InboundRule>;
    const tied = rule.field === companyField ? { tied: true } : {};
    return { crm: crmFieldsOf(rule), field: rule.field, valueMap: rule.valueMap, join, transform, definition, ...tied };
  };
  const plans = (rule: AnyRule) => {
    const { direction } = rule;
    const { conflict = 'crm', firstLink = mapping.firstLink ?? 'crm' } = rule as Partial<InboundRule>;
    const blank = blankOf(rule.blank, mapping.blank);
    const overflow = ('overflow' in rule ? rule.overflow : undefined) ?? 'refuse';
    return { ...reads(rule), direction, blank, conflict, firstLink, overflow };
  };
  return {
    readFingerprint: hashOf(together(rules.filter(({ direction }) => direction !== 'outbound').map(reads))),
    planFingerprint: planFingerprint(
      { ...together(rules.map(plans)), pushFilter: mapping.pushFilter },
      compiled.map(({ identity }) => identity),
    ),
  };
}

type RecordFields = ReturnType<CompiledMapping['readRecord']>;
type RefusedValue = RecordFields['refused'][number];

function readRecord(rules: readonly CompiledRule[], record: CrmRecord): RecordFields {
  const fields: Record<string, Value> = {};
  const refused: RefusedValue[] = [];
  for (const rule of rules) {
    const remote = rule.direction === 'outbound' || rule.unusable?.inbound === true ? undefined : rule.readRemote(record);
    if (remote === undefined) continue;
    const local = rule.toLocal(remote);
    if (local.ok) fields[rule.field] = local.value;
    else refused.push(refusedValue(rule, local));
  }
  return { fields, refused };
}

function toCrm(rules: readonly CompiledRule[], fields: Readonly<Record<string, Value>>): ReturnType<CompiledMapping['toCrm']> {
  const values: Record<string, Value> = {};
  const refused: RefusedValue[] = [];
  for (const rule of rules) {
    if (rule.direction === 'inbound' || !Object.hasOwn(fields, rule.field)) continue;
    const { unusable } = rule;
    if (unusable?.outbound === true) {
      refused.push(refusedValue(rule, { ...unusable, message: 'The CRM field cannot be written.' }));
      continue;
    }
    const remote = rule.toRemote(fields[rule.field]!);
    if (remote.ok) values[rule.key] = remote.value;
    else refused.push(refusedValue(rule, remote));
  }
  return { values, refused };
}

const refusedValue = (
  { field, key }: CompiledRule,
  { code, message, remedy }: { readonly code: string; readonly message: string; readonly remedy: string },
): RefusedValue => ({ field, crm: key, code, message, remedy });
