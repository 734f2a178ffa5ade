import { KEY_PREFIXES } from '../ids.ts';
import { campaign, campaignMember } from './campaigns.ts';
import { type Denial, permitted } from './denial.ts';
import { type Field, field } from './field.ts';
import { type FieldSpec, fieldOfSpec } from './field-spec.ts';
import { idField, type ObjectDefinition, objectDefinition, ownerField, systemFields } from './object.ts';
import { account, contact, lead, user } from './people.ts';
import { opportunity, opportunityContactRole, supportCase, task, taskStatus } from './work.ts';

/** An object of this org with its custom fields. Names are found whatever their case, as in Salesforce. */
export interface ObjectSchema {
  readonly definition: ObjectDefinition;
  readonly name: string;
  /** Every field, hidden ones too. */
  readonly fields: readonly Field[];
  /** Fields that the connected user may see: a hidden one does not exist for the API. */
  visibleFields(): readonly Field[];
  /** A visible field, or undefined. */
  field(name: string): Field | undefined;
  /** Any field. */
  anyField(name: string): Field | undefined;
  /** The visible lookup behind `Account` in `Account.Name`. */
  relationship(name: string): Field | undefined;
}

export interface Schema {
  readonly objects: readonly ObjectSchema[];
  object(name: string): ObjectSchema | undefined;
  objectOfPrefix(prefix: string): ObjectSchema | undefined;
  hide(path: string): void;
  show(path: string): void;
}

const BUILT_IN: readonly ObjectDefinition[] = [
  account,
  campaign,
  campaignMember,
  supportCase,
  contact,
  lead,
  opportunity,
  opportunityContactRole,
  task,
  taskStatus,
  user,
];

export function createSchema(
  custom: Readonly<Record<string, Readonly<Record<string, FieldSpec>>>>,
  hidden: readonly string[],
  { denied = [], withActivities = [] }: { readonly denied?: readonly Denial[]; readonly withActivities?: readonly string[] } = {},
): Schema {
  const secret = new Set<string>();
  const objects = new Map<string, ObjectSchema>();
  const prefixes = new Map<string, ObjectSchema>();
  const add = (definition: ObjectDefinition): void => {
    const schema = objectSchema(permitted(definition, denied), secret);
    objects.set(definition.name.toLowerCase(), schema);
    prefixes.set(definition.keyPrefix, schema);
  };
  for (const definition of BUILT_IN) {
    const fields = definition === task ? definition.fields.map((one) => relatedTo(one, withActivities)) : definition.fields;
    add({ ...definition, fields: [...fields, ...customFields(definition.name, custom[definition.name] ?? {})] });
  }
  let customObjects = 0;
  for (const [name, fields] of Object.entries(custom)) {
    if (name in KEY_PREFIXES) continue;
    if (!/^[A-Za-z]\w*__c$/.test(name))
      throw new TypeError(`fakeSalesforce: there is no object ${name}; the name of a custom one ends in __c.`);
    add(customObject(name, `a0${customObjects}`, customFields(name, fields)));
    customObjects += 1;
  }

  const unknown = withActivities.find((name) => custom[name] === undefined || name in KEY_PREFIXES);
  if (unknown !== undefined) throw new TypeError(`fakeSalesforce: ${unknown} is no custom object that could allow activities.`);
  const locate = (path: string): string => {
    const [object = '', name = ''] = path.split('.');
    const found = objects.get(object.toLowerCase())?.anyField(name);
    if (found === undefined)
      throw new TypeError(`fakeSalesforce: there is no field ${path} to hide or show; write it as 'Contact.DoNotCall'.`);
    return `${object}.${name}`.toLowerCase();
  };
  const schema: Schema = {
    objects: [...objects.values()],
    object: (name) => objects.get(name.toLowerCase()),
    objectOfPrefix: (prefix) => prefixes.get(prefix),
    hide: (path) => {
      secret.add(locate(path));
    },
    show: (path) => {
      secret.delete(locate(path));
    },
  };
  for (const path of hidden) schema.hide(path);
  return schema;
}

/** What a task is about may be a record of a custom object that allows activities. */
const relatedTo = (one: Field, objects: readonly string[]): Field =>
  one.name === 'WhatId' ? { ...one, referenceTo: [...one.referenceTo, ...objects] } : one;

const customFields = (object: string, specs: Readonly<Record<string, FieldSpec>>): Field[] =>
  Object.entries(specs).map(([name, spec]) => fieldOfSpec(object, name, spec));

const customObject = (name: string, prefix: string, fields: readonly Field[]): ObjectDefinition =>
  objectDefinition(
    name,
    prefix,
    [
      idField('Record ID'),
      ownerField(),
      field('Name', 'string', { length: 80, nameField: true, idLookup: true }),
      ...systemFields,
      ...fields,
    ],
    { custom: true },
  );

function objectSchema(definition: ObjectDefinition, secret: ReadonlySet<string>): ObjectSchema {
  const byName = new Map(definition.fields.map((one) => [one.name.toLowerCase(), one]));
  const byRelationship = new Map(
    definition.fields.flatMap((one) => (one.relationshipName === null ? [] : [[one.relationshipName.toLowerCase(), one] as const])),
  );
  const object = definition.name.toLowerCase();
  const seen = (one: Field | undefined): Field | undefined =>
    one === undefined || secret.has(`${object}.${one.name.toLowerCase()}`) ? undefined : one;
  return {
    definition,
    name: definition.name,
    fields: definition.fields,
    visibleFields: () => definition.fields.filter((one) => seen(one) !== undefined),
    field: (name) => seen(byName.get(name.toLowerCase())),
    anyField: (name) => byName.get(name.toLowerCase()),
    relationship: (name) => seen(byRelationship.get(name.toLowerCase())),
  };
}
