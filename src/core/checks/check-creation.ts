import { listNames } from '../base/text.ts';
import type { Entity } from '../link/link.ts';
import type { Mapping } from '../mapping/mapping-types.ts';
import type { DescribedField } from '../schema/described.ts';
import { ENTITIES } from '../schema/entities.ts';
import { formatValue } from '../schema/format.ts';
import { present } from '../values/present.ts';
import type { CheckedRule, FieldsByName } from './checked-rule.ts';
import type { Finding } from './finding.ts';
import { fine } from './findings.ts';

interface Creation {
  readonly mapping: Mapping;
  readonly entity: Entity;
  readonly object: string;
  readonly fields: FieldsByName;
  readonly requiredOneOf: readonly (readonly string[])[];
  readonly rules: readonly CheckedRule[];
}

/**
 * What stands in the way of `push({ createMissing: true })`. Without `create` in the mapping nobody has asked for it: then
 * what a new record would lack is only advice.
 */
export function checkCreation(creation: Creation): readonly Finding[] {
  const { mapping, entity, object, fields, rules } = creation;
  const { create } = mapping;
  const asked = create !== undefined;
  if (asked && ![...fields.values()].some(({ creatable }) => creatable))
    return [
      finding('error', 'object_not_creatable', { object }, 'crm_admin', [
        `The connected user may not create ${object}.`,
        'Give it the permission to create this object, or leave `create` out of the mapping.',
      ]),
    ];
  const written = new Set(rules.flatMap(({ rule: { initial } }) => initial?.field ?? []));
  const defaults = Object.entries(create?.defaults ?? {});
  const given = new Set([...written, ...defaults.map(([name]) => name), ...(create?.idField === undefined ? [] : [create.idField])]);
  return [
    ...missing(creation, given, asked),
    ...(asked ? mayBeBlank(creation, written) : []),
    ...defaults.flatMap(([name, value]) => checkDefault(object, name, value, fields.get(name))),
    ...(asked ? checkIdField(entity, object, create.idField, fields) : []),
  ];
}

function missing({ entity, object, fields, requiredOneOf }: Creation, given: ReadonlySet<string>, asked: boolean): readonly Finding[] {
  const level = asked ? 'error' : 'advice';
  const when = asked ? 'no record can be created' : 'records can only be created once it is given';
  const required = [...fields.values()].filter((field) => field.required && !given.has(field.name));
  const groups = requiredOneOf.filter((names) => !names.some((name) => given.has(name)));
  return [
    ...required.map(({ name }) =>
      finding(level, 'required_field_not_mapped', { object, field: name }, 'developer', [
        `A new ${object} needs ${name}, which no rule fills and which has no default: ${when}.`,
        `Map a field of the ${entity} to ${name}, or give it a value in \`create.defaults\`.`,
      ]),
    ),
    ...groups.map((names) =>
      finding(level, 'required_field_not_mapped', present<Finding['at']>({ object, field: names[0] }), 'developer', [
        `A new ${object} needs one of ${listNames(names)}, and none is filled or has a default: ${when}.`,
        `Map a field of the ${entity} to one of them, or give one a value in \`create.defaults\`.`,
      ]),
    ),
  ];
}

function mayBeBlank({ entity, object, fields, mapping }: Creation, written: ReadonlySet<string>): readonly Finding[] {
  const defaults = mapping.create?.defaults ?? {};
  return [...fields.values()]
    .filter(({ name, required }) => required && written.has(name) && !Object.hasOwn(defaults, name))
    .map(({ name }) =>
      finding('advice', 'required_field_may_be_blank', { object, field: name }, 'developer', [
        `A new ${object} needs ${name}: a ${entity} whose field is blank gets no record.`,
        `Give ${name} a value in \`create.defaults\`, if such ${ENTITIES[entity].plural} are to have records too.`,
      ]),
    );
}

function checkDefault(
  object: string,
  name: string,
  value: string | number | boolean,
  field: DescribedField | undefined,
): readonly Finding[] {
  const at = { object, field: name };
  if (field === undefined) return [notThere(at, 'a default')];
  if (!field.creatable) return [readOnly(at)];
  const type = typeof value === 'number' ? 'number' : typeof value === 'boolean' ? 'boolean' : 'string';
  const formatted = formatValue(value, { type }, field);
  if (formatted.ok) return [];
  return [
    finding('error', 'default_refused', at, 'developer', [
      `The default of ${name} does not fit the CRM field: no record can be created.`,
      formatted.remedy,
    ]),
  ];
}

const TEXT: ReadonlySet<DescribedField['type']> = new Set(['string', 'text']);

function checkIdField(entity: Entity, object: string, name: string | undefined, fields: FieldsByName): readonly Finding[] {
  if (name === undefined)
    return [
      finding('advice', 'no_id_field', { object }, 'crm_admin', [
        `No field of ${object} holds the ${entity}'s id: a create whose answer was lost waits until the CRM can tell what became of it.`,
        'Make a text field that the CRM keeps unique, and name it in `create.idField`.',
      ]),
    ];
  const at = { object, field: name };
  const field = fields.get(name);
  if (field === undefined) return [notThere(at, `the ${entity}'s id`)];
  if (!field.creatable) return [readOnly(at)];
  if (!TEXT.has(field.type))
    return [
      finding('error', 'id_field_not_text', at, 'crm_admin', [
        `${name} is a ${field.type} field, and the ${entity}'s id is text.`,
        'Make a text field for it.',
      ]),
    ];
  if (!field.unique)
    return [
      finding('error', 'id_field_not_unique', at, 'crm_admin', [
        `The CRM lets two records have the same ${name}, so that it can't keep a record from being made twice.`,
        'Make the field unique (in Salesforce: External ID and unique); where the CRM allows that only at its making, make a new one.',
      ]),
    ];
  return [fine('id_field_unique', `${name} holds the ${entity}'s id and is unique.`, at)];
}

const notThere = (at: Finding['at'], what: string): Finding =>
  finding('error', 'field_not_visible', at, 'crm_admin', [
    `The connected user does not see ${at.field}, which is to hold ${what}: no record can be created.`,
    "Check the spelling and the field's permissions, or make the field.",
  ]);
const readOnly = (at: Finding['at']): Finding =>
  finding('error', 'read_only', at, 'crm_admin', [
    `The connected user may not write ${at.field} in a new record: no record can be created.`,
    'Give it edit access to the field.',
  ]);

const finding = (
  level: Finding['level'],
  code: string,
  at: Finding['at'],
  who: Finding['who'],
  [message, remedy]: readonly [message: string, remedy: string],
): Finding => ({ level, code, message, remedy, who, at });
