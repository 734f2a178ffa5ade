import type { Entity } from '../link/link.ts';
import { coerceValue } from '../schema/coerce.ts';
import type { DescribedField } from '../schema/described.ts';
import { type FieldToRead, fieldReader, kindOfField } from '../schema/field-reader.ts';
import { type FormatTarget, formatValue } from '../schema/format.ts';
import type { FieldDefinition } from '../schema/schema-types.ts';
import { isBlank } from '../values/blank.ts';
import { readPath } from '../values/paths.ts';
import { present } from '../values/present.ts';
import type { Coerced, Value } from '../values/value.ts';
import type { AnyRule, CompiledRule, CompileOptions, CrmRecord, InboundRule, Mapping, Transform } from './mapping-types.ts';
import { identityOf } from './plan-fingerprint.ts';
import { blankOf, conflictOf } from './policies.ts';
import { applyTransform, mapIn, mapOut, namedTransform } from './rule-values.ts';
import { takenAsIs } from './taken-as-is.ts';
import { unusableReason } from './unusable.ts';

/** The CRM fields of the object by name; undefined: not described. */
export type DescribedFields = ReadonlyMap<string, DescribedField> | undefined;

export interface RuleToCompile {
  readonly rule: AnyRule;
  /** Unique within the mapping. */
  readonly key: string;
  readonly entity: Entity;
  readonly definition: FieldDefinition;
  readonly described: DescribedFields;
  readonly options: CompileOptions;
  /** What the mapping says for rules that say nothing of it. */
  readonly defaults?: Pick<Mapping, 'firstLink' | 'blank'>;
}

export const crmFieldsOf = ({ crm }: AnyRule): readonly string[] => (typeof crm === 'string' ? [crm] : crm);

/** One rule as plain functions. */
export function compileRule({ rule, key, entity, definition, described, options, defaults = {} }: RuleToCompile): CompiledRule {
  const crm = crmFieldsOf(rule);
  const of: FieldToRead = { entity, field: rule.field, definition };
  const transform = 'transform' in rule && rule.transform !== undefined ? namedTransform(rule.transform, options.transforms) : undefined;
  const field = crm.length === 1 ? described?.get(crm[0]!) : undefined;
  const toLocal = localReader(rule, of, field, rule.direction === 'inbound' ? transform : undefined, options);
  const unusable = described === undefined ? null : unusableReason(rule, crm, definition, described);
  const outward = rule.direction === 'outbound' ? transform : undefined;
  return {
    key,
    identity: ruleIdentity(rule, key, of, options),
    crm,
    field: rule.field,
    definition,
    direction: rule.direction,
    conflict: conflictOf(rule, of, options),
    firstLink: ('firstLink' in rule ? rule.firstLink : undefined) ?? defaults.firstLink ?? 'crm',
    blank: blankOf(rule.blank, defaults.blank),
    unusable,
    plain: crm.length === 1 && !isTime(field) ? crm[0]! : null,
    readRemote: remoteReader(crm, 'join' in rule ? rule.join : undefined, toLocal, described, options),
    toLocal,
    isLocal: isChanging(rule) ? () => false : takenAsIs(of, field, options),
    toRemote: remoteWriter(rule, definition, field, outward, options),
    initial: unusable?.inbound === true ? null : initialWriter({ rule, crm, definition, described, options, outward }),
  };
}

interface InitialRule extends Omit<RuleToCompile, 'key' | 'entity'> {
  readonly crm: readonly string[];
  readonly outward: Transform | undefined;
}

/** A new record also gets what is only read later on, as far as it can be read backwards: a number, a name. */
function initialWriter({ rule, crm, definition, described, options, outward }: InitialRule): CompiledRule['initial'] {
  if (rule.direction === 'inbound' && (rule.transform !== undefined || rule.join !== undefined)) return null;
  const field = crm.find((path) => !path.includes('.') && (described === undefined || described.get(path)?.creatable === true));
  return field === undefined ? null : { field, toRemote: remoteWriter(rule, definition, described?.get(field), outward, options) };
}

/** Whether the values of the two sides are different by what the rule says. */
const isChanging = (rule: AnyRule): boolean => rule.valueMap !== undefined || ('transform' in rule && rule.transform !== undefined);

/** How text is cut, or who wins, changes nothing about what was agreed. */
function ruleIdentity(rule: AnyRule, key: string, of: FieldToRead, { defaultCountry, timeZone }: CompileOptions): string {
  const { type } = of.definition;
  const { join, transform } = rule as Partial<InboundRule>;
  const country = kindOfField(of) === 'phone' ? defaultCountry : undefined;
  const zone = type === 'date' || type === 'datetime' ? (timeZone ?? 'UTC') : undefined;
  return identityOf({ key, field: rule.field, type, valueMap: rule.valueMap, join, transform, country, zone });
}

/** One field as it is. Several: the first that is filled and fits, else the first that is filled; or the filled ones joined. */
function remoteReader(
  crm: readonly string[],
  join: string | undefined,
  toLocal: CompiledRule['toLocal'],
  described: DescribedFields,
  { timeZone }: CompileOptions,
): CompiledRule['readRemote'] {
  const read = (record: CrmRecord, path: string): Value | undefined => canonical(readPath(record, path), described?.get(path), timeZone);
  const [first = ''] = crm;
  if (crm.length === 1) return isTime(described?.get(first)) ? (record) => read(record, first) : (record) => readPath(record, first);
  return (record) => {
    const values = crm.map((path) => read(record, path)).filter((value) => value !== undefined);
    if (values.length === 0) return undefined;
    const filled = values.filter((value) => !isBlank(value));
    if (join !== undefined) return filled.length === 0 ? null : filled.join(join);
    return filled.find((value) => isFilled(toLocal(value))) ?? filled[0] ?? null;
  };
}

const isFilled = (coerced: Coerced): boolean => coerced.ok && coerced.value !== null;

const isTime = (field: DescribedField | undefined): field is DescribedField & { readonly type: 'date' | 'datetime' } =>
  field?.type === 'date' || field?.type === 'datetime';

/** A time as the API spells it (`+0000`) in our spelling, so that the same instant compares equal. Other values stay. */
function canonical(value: Value | undefined, field: DescribedField | undefined, timeZone = 'UTC'): Value | undefined {
  if (typeof value !== 'string' || !isTime(field)) return value;
  // A day is nobody's instant: no zone may shift it.
  const read = coerceValue(value, { type: field.type }, { timeZone: field.type === 'date' ? 'UTC' : timeZone });
  return read.ok ? read.value : value;
}

function localReader(
  { valueMap }: AnyRule,
  of: FieldToRead,
  source: DescribedField | undefined,
  transform: Transform | undefined,
  { defaultCountry, timeZone }: CompileOptions,
): CompiledRule['toLocal'] {
  const readCrmValue = fieldReader(of, { defaultCountry, timeZone, from: source });
  if (valueMap === undefined && transform === undefined) return readCrmValue;
  const readChanged = fieldReader(of, { defaultCountry, timeZone });
  return (remote) => {
    const mapped = mapIn(valueMap, remote);
    const changed = applyTransform(transform, mapped);
    if (!changed.ok) return changed;
    // A value that the rule has changed is no longer of the CRM field's type.
    return transform !== undefined || mapped !== remote ? readChanged(changed.value) : readCrmValue(changed.value);
  };
}

function remoteWriter(
  rule: AnyRule,
  definition: FieldDefinition,
  described: DescribedField | undefined,
  transform: Transform | undefined,
  { timeZone }: CompileOptions,
): CompiledRule['toRemote'] {
  const overflow = 'overflow' in rule ? rule.overflow : undefined;
  const target = described === undefined ? undefined : present<FormatTarget>({ ...described, overflow, timeZone });
  return (local) => {
    const changed = applyTransform(transform, local);
    if (!changed.ok) return changed;
    const mapped = mapOut(rule.valueMap, changed.value);
    if (target === undefined) return { ok: true, value: mapped };
    // A value that the rule has changed is the CRM's own word, and no longer of the field's type.
    const isChanged = transform !== undefined || mapped !== changed.value;
    return formatValue(mapped, isChanged ? { type: plainType(mapped) } : definition, target);
  };
}

const plainType = (value: Value) => (typeof value === 'number' ? 'number' : typeof value === 'boolean' ? 'boolean' : 'string');
