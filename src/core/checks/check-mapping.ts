import { listNames } from '../base/text.ts';
import { tieRule } from '../mapping/company-tie.ts';
import { compileMapping } from '../mapping/compile.ts';
import { compileRule } from '../mapping/compile-rule.ts';
import { filterFields } from '../mapping/filter.ts';
import type { Analysis, AnyRule, CompiledMapping, CompiledRule, CompileOptions, Mapping } from '../mapping/mapping-types.ts';
import { isVisible, nearestField } from '../mapping/unusable.ts';
import type { DescribedObject } from '../schema/described.ts';
import { ENTITIES } from '../schema/entities.ts';
import { kindOfField } from '../schema/field-reader.ts';
import type { Schema } from '../schema/schema-types.ts';
import { checkCreation } from './check-creation.ts';
import { checkMergeTarget } from './check-merge-target.ts';
import { checkTypes } from './check-types.ts';
import { checkValues } from './check-values.ts';
import type { CheckedRule, FieldsByName } from './checked-rule.ts';
import { diagnose } from './diagnose.ts';
import type { Finding } from './finding.ts';
import { fine } from './findings.ts';

export interface MappingToCheck<S extends Schema> {
  readonly schema: S;
  readonly mapping: Mapping<NoInfer<S>>;
  /** The CRM object as the connected user sees it. Without it only what the mapping says by itself is looked at. */
  readonly described?: DescribedObject;
  /** The workspace's analysis rules, where what they do to mapped fields is to be looked at too. */
  readonly analysis?: Analysis<NoInfer<S>>;
  /** What the mapping is compiled with besides: transforms, country, time zone, the connector's own match fields. */
  readonly options?: Omit<CompileOptions, 'described'>;
}

/**
 * What of a mapping does not fit the CRM as it is: fields that are hidden, read-only or of another type, options and
 * lengths that differ, texts that are merged where no free text is, a filter or a match key that can't work, and what a new record would lack. Without a problem one
 * finding says that all is well. Decides by the same functions as a run; makes no call and changes nothing.
 */
export function checkMapping<S extends Schema>({
  schema,
  mapping,
  described,
  analysis,
  options = {},
}: MappingToCheck<S>): readonly Finding[] {
  const object = mapping.crmObject;
  let compiled: CompiledMapping;
  try {
    compiled = compileMapping(schema, mapping, options);
  } catch (error) {
    return [{ ...diagnose(error), at: { object } }];
  }
  if (described === undefined) return checkMatchKeys(compiled, compiled.rules, object);
  const fields: FieldsByName = new Map(described.fields.map((field) => [field.name, field]));
  const rules = compiled.rules.map((rule, index): CheckedRule => {
    const given: readonly AnyRule[] = mapping.fields;
    // Past the given ones come those of match keys that the connector knows by itself.
    const raw = given[index] ?? { crm: rule.crm, field: rule.field, direction: 'inbound' };
    const isDomain = kindOfField({ entity: schema.entity, field: raw.field }) === 'domain';
    const fitted = compileRule({
      ...{ rule: raw, key: rule.key, entity: schema.entity, definition: rule.definition },
      ...{ described: fields, options },
    });
    return { raw, isDomain, rule: raw.field === options.companyField ? tieRule(fitted) : fitted };
  });
  const problems = [
    ...rules.flatMap((checked) => [...checkRule(checked, object, fields), ...checkMergeTarget(checked, object, fields, analysis)]),
    ...checkFilter(compiled, object, fields),
    ...checkMatchKeys(
      compiled,
      rules.map(({ rule }) => rule),
      object,
    ),
    ...checkCreation({ mapping, entity: schema.entity, object, fields, rules, requiredOneOf: described.requiredOneOf ?? [] }),
  ];
  const fits = problems.every(({ level }) => level === 'ok' || level === 'advice');
  const count = compiled.rules.length;
  return fits
    ? [fine('mapping_fits', `The fields of all ${count} rules for ${object} are there and fit.`, { object }), ...problems]
    : problems;
}

function checkRule(checked: CheckedRule, object: string, fields: FieldsByName): readonly Finding[] {
  const { rule } = checked;
  const at = { object, field: rule.key };
  const { unusable: reason } = rule;
  if (reason !== null && (reason.inbound || rule.direction === 'outbound')) return [unusable(rule, at, fields)];
  const found: Finding[] = reason === null ? [] : [unusable(rule, at, fields)];
  const hidden = rule.crm.filter((path) => !isVisible(path, fields));
  if (hidden.length > 0)
    found.push({
      level: 'advice',
      code: 'field_not_visible',
      message: `Of the CRM fields of ${rule.field}, the connected user does not see ${listNames(hidden)}: the others are read.`,
      remedy: `Let the connected user see ${listNames(hidden)}, or take it out of the rule.`,
      who: 'crm_admin',
      at,
    });
  return [...found, ...checkTypes(checked, object, fields), ...checkValues(checked, object, fields)];
}

/** A hidden or unfitting field is left out of every run, so that nothing is cleared: a warning, and no failure. */
function unusable({ key, crm, unusable: reason }: CompiledRule, at: Finding['at'], fields: FieldsByName): Finding {
  const { code, remedy } = reason!;
  const messages: Readonly<Record<typeof code, string>> = {
    field_not_visible: `The connected user does not see ${key}: the rule is left out in both directions.`,
    incompatible_type: `The type of ${key} does not fit: the rule is left out in both directions.`,
    read_only: `The connected user may not write ${key}: nothing is written to it.`,
  };
  const isMisspelt = code === 'field_not_visible' && nearestField(crm, fields) !== undefined;
  return {
    level: 'warning',
    code,
    message: messages[code],
    remedy,
    who: code === 'incompatible_type' || isMisspelt ? 'developer' : 'crm_admin',
    at,
  };
}

function checkFilter({ filter }: CompiledMapping, object: string, fields: FieldsByName): readonly Finding[] {
  return (filter === null ? [] : filterFields(filter)).flatMap((path): Finding[] => {
    const at = { object, field: path };
    if (!isVisible(path, fields)) {
      const message = `The filter looks at ${path}, which the connected user does not see: no ${object} is read.`;
      const remedy = `Let the connected user see ${path}, or change the filter.`;
      return [{ level: 'error', code: 'filter_field_not_visible', message, remedy, who: 'crm_admin', at }];
    }
    if (fields.get(path)?.filterable !== false) return [];
    const message = `The CRM can't search by ${path}: every ${object} is read, and the filter is applied afterwards.`;
    const remedy = 'Nothing has to be done; a filter on a field that the CRM searches by makes the first read shorter.';
    return [{ level: 'advice', code: 'field_not_filterable', message, remedy, who: 'developer', at }];
  });
}

/** Without a usable match key no new record finds its contact or company. */
function checkMatchKeys({ entity, matchKeys }: CompiledMapping, rules: readonly CompiledRule[], object: string): readonly Finding[] {
  if (matchKeys.length === 0)
    return [
      {
        level: 'error',
        code: 'match_key_not_mapped',
        message: `No CRM field is read into the field by which ${ENTITIES[entity].plural} are found.`,
        remedy: "Add a rule with direction 'inbound' for it, or choose another `matchKey`.",
        who: 'developer',
        at: { object },
      },
    ];
  const keys = new Set(matchKeys.map(({ key }) => key));
  if (rules.some(({ key, unusable: reason }) => keys.has(key) && reason?.inbound !== true)) return [];
  return [
    {
      level: 'error',
      code: 'match_key_unusable',
      message: `No record finds its ${entity}: ${listNames([...keys])} can't be read.`,
      remedy: 'Let the connected user see the CRM field of the match key, or choose another `matchKey`.',
      who: 'crm_admin',
      at: { object },
    },
  ];
}
