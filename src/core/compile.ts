import { CrmSyncError } from '../errors.ts';
import { coerceValue } from './coerce.ts';
import type { DescribedField, DescribedObject } from './described.ts';
import { filterFields } from './filter.ts';
import { formatValue } from './format.ts';
import { hashOf } from './hash.ts';
import type {
  AnyRule,
  CompiledMapping,
  CompiledRule,
  CompileOptions,
  CrmRecord,
  InboundRule,
  Mapping,
  OutboundRule,
  Transform,
} from './mapping-types.ts';
import { readPath } from './paths.ts';
import { coercePhone } from './phone.ts';
import { definitionOf } from './schema.ts';
import type { FieldDefinition, FieldName, Schema } from './schema-types.ts';
import { TRANSFORMS } from './transforms.ts';
import { unusableReason } from './unusable.ts';
import type { Coerced, Value } from './value.ts';

/**
 * A mapping ready to run: every value of a record read, coerced and formatted by plain functions.
 *
 * @throws CrmSyncError `unknown_transform`, category `configuration`.
 *
 * @example
 * compileMapping(defineContactSchema({}), { crmObject: 'Contact', fields: [{ crm: 'Phone', field: 'phone_number', direction: 'inbound' }] }).crmFields //=> ['Phone']
 */
export function compileMapping<S extends Schema>(
  schema: S,
  mapping: Mapping<NoInfer<S>>,
  options: CompileOptions = {},
): CompiledMapping<S> {
  const keys = matchKeyNames(mapping);
  const given = mapping.fields as readonly AnyRule[];
  const added = keys.flatMap((field) => connectorRule(given, field, options) ?? []);
  const all = [...given, ...added];
  const described = options.described === undefined ? null : fieldsByName(options.described);
  const rules = all.map((rule) => compileRule(schema, rule, described, options));
  const filter = mapping.filter ?? null;
  const reads = [...rules.flatMap(({ crm }) => crm), ...(filter === null ? [] : filterFields(filter))];
  return {
    schema,
    entity: schema.entity,
    crmObject: mapping.crmObject,
    rules,
    crmFields: [...new Set(reads)].sort(),
    matchKeys: keys.flatMap((field) => rules.find((rule) => rule.field === field && rule.direction !== 'outbound') ?? []),
    filter,
    readFingerprint: hashOf({
      ...context(mapping, options),
      rules: all.filter(({ direction }) => direction !== 'outbound').map((rule) => identity(schema, rule, 'read')),
    }),
    planFingerprint: hashOf({ ...context(mapping, options), rules: all.map((rule) => identity(schema, rule, 'plan')) }),
    readRecord: (record) => readRecord(rules, record),
    toCrm: (fields) => toCrm(rules, fields),
  };
}

const matchKeyNames = <S extends Schema>({ matchKey = 'phone_number' as FieldName<S> }: Mapping<S>): readonly string[] =>
  typeof matchKey === 'string' ? [matchKey] : (matchKey as readonly string[]);

/** A mapping that names no CRM field for its match key gets the connector's own. */
function connectorRule(rules: readonly AnyRule[], field: string, { matchFields = {} }: CompileOptions): InboundRule | null {
  const isMapped = rules.some((rule) => rule.field === field && rule.direction !== 'outbound');
  const crm = Object.hasOwn(matchFields, field) ? matchFields[field] : undefined;
  return isMapped || crm === undefined ? null : { crm, field, direction: 'inbound' };
}

/** What else a fingerprint depends on: the filter decides what is read, country and zone how it is understood. */
const context = ({ crmObject, filter, matchKey }: Mapping, { defaultCountry, timeZone }: CompileOptions) => ({
  crmObject,
  filter: filter ?? null,
  matchKey: matchKey ?? null,
  defaultCountry: defaultCountry ?? null,
  timeZone: timeZone ?? null,
});

/** What a rule's results depend on. Labels and descriptions are for people. */
function identity(schema: Schema, rule: AnyRule, of: 'read' | 'plan') {
  const { label: _, description: __, ...definition } = definitionOf(schema, rule.field) ?? {};
  if (of === 'plan') return { ...rule, definition };
  const { crm, field, valueMap, ...rest } = rule;
  return {
    crm,
    field,
    valueMap,
    definition,
    join: 'join' in rest ? rest.join : null,
    transform: 'transform' in rest ? rest.transform : null,
  };
}

function fieldsByName({ fields }: DescribedObject): ReadonlyMap<string, DescribedField> {
  return new Map(fields.map((field) => [field.name, field]));
}

function compileRule(
  schema: Schema,
  rule: AnyRule,
  described: ReadonlyMap<string, DescribedField> | null,
  options: CompileOptions,
): CompiledRule {
  const crm = typeof rule.crm === 'string' ? [rule.crm] : rule.crm;
  const definition = definitionOf(schema, rule.field) as FieldDefinition;
  const [only] = crm;
  const source = crm.length === 1 && only !== undefined ? described?.get(only) : undefined;
  const transform = 'transform' in rule && rule.transform !== undefined ? namedTransform(rule.transform, options) : null;
  const toLocal = localReader(rule, definition, source, transform, options);
  return {
    key: crm.join('|'),
    crm,
    field: rule.field,
    definition,
    direction: rule.direction,
    conflict: 'conflict' in rule ? (rule.conflict ?? 'crm') : 'crm',
    blank: rule.blank ?? 'clear',
    unusable: described === null ? null : unusableReason(rule, crm, definition, described),
    readRemote: remoteReader(crm, 'join' in rule ? rule.join : undefined, toLocal),
    toLocal,
    toRemote: remoteWriter(rule, definition, source, transform, options),
  };
}

function namedTransform(name: string, { transforms = {} }: CompileOptions): Transform {
  const known: Readonly<Record<string, Transform>> = { ...TRANSFORMS, ...transforms };
  if (Object.hasOwn(known, name)) return known[name] as Transform;
  throw new CrmSyncError(`Unknown transform '${name}'.`, {
    code: 'unknown_transform',
    category: 'configuration',
    remedy: `Give the function as \`transforms: { ${name}: … }\`, or use one of ${Object.keys(TRANSFORMS).join(', ')}.`,
  });
}

/** One field as it is. Several: the first that is filled and fits, else the first that is filled; or all of them joined. */
function remoteReader(crm: readonly string[], join: string | undefined, toLocal: CompiledRule['toLocal']): CompiledRule['readRemote'] {
  const [only] = crm;
  if (crm.length === 1 && only !== undefined) return (record) => readPath(record, only);
  return (record: CrmRecord) => {
    const values = crm.flatMap((path) => readPath(record, path) ?? (readPath(record, path) === null ? [null] : []));
    if (values.length === 0) return undefined;
    const filled = values.filter((value) => value !== null && value !== '');
    if (join !== undefined) return filled.length === 0 ? null : filled.join(join);
    return filled.find((value) => toLocal(value).ok) ?? filled[0] ?? null;
  };
}

function localReader(
  rule: AnyRule,
  definition: FieldDefinition,
  source: DescribedField | undefined,
  transform: Transform | null,
  options: CompileOptions,
) {
  const { defaultCountry, timeZone } = options;
  const change = rule.direction === 'inbound' ? transform : null;
  const from =
    source === undefined ? {} : { from: { type: source.type, ...(source.options !== undefined && { options: source.options }) } };
  const isChanged = change !== null || rule.valueMap !== undefined;
  const how = { ...(timeZone !== undefined && { timeZone }), ...(isChanged ? {} : from) };
  return (remote: Value): Coerced => {
    const mapped = mapIn(rule.valueMap, remote);
    const changed = change === null ? ({ ok: true, value: mapped } as const) : transformed(change, mapped);
    if (!changed.ok) return changed;
    if (rule.field === 'phone_number') return coercePhone(changed.value, defaultCountry === undefined ? {} : { defaultCountry });
    return coerceValue(changed.value, definition, how) as Coerced;
  };
}

function remoteWriter(
  rule: AnyRule,
  definition: FieldDefinition,
  target: DescribedField | undefined,
  transform: Transform | null,
  { timeZone }: CompileOptions,
) {
  const change = rule.direction === 'outbound' ? transform : null;
  const overflow = (rule as OutboundRule).overflow;
  const form =
    target === undefined ? null : { ...target, ...(overflow !== undefined && { overflow }), ...(timeZone !== undefined && { timeZone }) };
  return (local: Value): Coerced & { readonly truncated?: boolean } => {
    const changed = change === null ? ({ ok: true, value: local } as const) : transformed(change, local);
    if (!changed.ok) return changed;
    const mapped = mapOut(rule.valueMap, changed.value);
    if (form === null) return { ok: true, value: mapped };
    // A mapped or transformed value is the CRM's own word already: it is no longer of the field's type.
    const isOwnWord = change !== null || mapped !== changed.value;
    return formatValue(mapped, isOwnWord ? { type: typeOf(mapped) } : definition, form);
  };
}

const typeOf = (value: Value): 'string' | 'number' | 'boolean' =>
  typeof value === 'number' || typeof value === 'boolean' ? (typeof value as 'number' | 'boolean') : 'string';

function transformed(change: Transform, value: Value): Coerced {
  try {
    const result: unknown = change(value);
    if (
      result === null ||
      typeof result === 'string' ||
      typeof result === 'boolean' ||
      (typeof result === 'number' && Number.isFinite(result))
    )
      return { ok: true, value: result };
  } catch {
    // A transform is the host's code: what it can't take is refused, and the other fields go on.
  }
  return {
    ok: false,
    code: 'not_text',
    message: 'The transform gave no usable value.',
    remedy: 'Make the transform answer text, a finite number, true/false or null.',
  };
}

type ValueMap = Readonly<Record<string, string | number | boolean>> | undefined;

function mapIn(map: ValueMap, remote: Value): Value {
  if (map === undefined || remote === null) return remote;
  const text = String(remote);
  if (Object.hasOwn(map, text)) return map[text] as Value;
  const folded = Object.keys(map).find((name) => name.toLowerCase() === text.toLowerCase());
  return folded === undefined ? remote : (map[folded] as Value);
}

function mapOut(map: ValueMap, local: Value): Value {
  if (map === undefined || local === null) return local;
  return Object.entries(map).find(([, value]) => value === local)?.[0] ?? local;
}

function readRecord(rules: readonly CompiledRule[], record: CrmRecord): ReturnType<CompiledMapping['readRecord']> {
  const fields: Record<string, Value> = {};
  const refused: ReturnType<CompiledMapping['readRecord']>['refused'][number][] = [];
  for (const rule of rules) {
    if (rule.direction === 'outbound') continue;
    const remote = rule.readRemote(record);
    if (remote === undefined) continue;
    const local = rule.toLocal(remote);
    if (local.ok) fields[rule.field] = local.value;
    else refused.push({ field: rule.field, crm: rule.key, code: local.code, message: local.message, remedy: local.remedy });
  }
  return { fields, refused };
}

function toCrm(rules: readonly CompiledRule[], fields: Readonly<Record<string, Value>>): ReturnType<CompiledMapping['toCrm']> {
  const values: Record<string, Value> = {};
  const refused: ReturnType<CompiledMapping['toCrm']>['refused'][number][] = [];
  for (const rule of rules) {
    if (rule.direction === 'inbound' || !Object.hasOwn(fields, rule.field)) continue;
    const remote = rule.toRemote(fields[rule.field] as Value);
    if (remote.ok) values[rule.key] = remote.value;
    else refused.push({ field: rule.field, crm: rule.key, code: remote.code, message: remote.message, remedy: remote.remedy });
  }
  return { values, refused };
}
