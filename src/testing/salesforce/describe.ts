import { childRelationships } from './schema/child-relationships.ts';
import type { Field } from './schema/field.ts';
import type { ObjectSchema, Schema } from './schema/schema.ts';

const SOAP_TYPES: Partial<Record<Field['type'], string>> = {
  id: 'tns:ID',
  reference: 'tns:ID',
  boolean: 'xsd:boolean',
  int: 'xsd:int',
  double: 'xsd:double',
  currency: 'xsd:double',
  percent: 'xsd:double',
  date: 'xsd:date',
  datetime: 'xsd:dateTime',
  address: 'urn:address',
};

/** The answer of `GET /sobjects/{object}/describe`: only what the connected user may see. */
export function describeBody(object: ObjectSchema, schema: Schema, base: string): Record<string, unknown> {
  return {
    ...summary(object, base),
    actionOverrides: [],
    childRelationships: describeChildren(object, schema),
    compactLayoutable: true,
    defaultImplementation: null,
    extendedBy: null,
    extendsInterfaces: null,
    fields: object.visibleFields().map(describeField),
    implementedBy: null,
    implementsInterfaces: null,
    listviewable: null,
    lookupLayoutable: null,
    namedLayoutInfos: [],
    networkScopeFieldName: null,
    recordTypeInfos: [
      {
        active: true,
        available: true,
        defaultRecordTypeMapping: true,
        developerName: 'Master',
        master: true,
        name: 'Master',
        recordTypeId: '012000000000000AAA',
        urls: { layout: `${base}/sobjects/${object.name}/describe/layouts/012000000000000AAA` },
      },
    ],
    searchLayoutable: object.definition.searchable,
    sobjectDescribeOption: 'FULL',
    supportedScopes: [{ label: `All ${object.definition.labelPlural.toLowerCase()}`, name: 'everything' }],
  };
}

/** An element of `sobjects` in `GET /sobjects`. */
export function summary({ definition, name }: ObjectSchema, base: string): Record<string, unknown> {
  const { label, labelPlural, keyPrefix, custom, createable, updateable, deletable, mergeable, searchable, undeletable } = definition;
  return {
    activateable: false,
    associateEntityType: null,
    associateParentEntity: null,
    createable,
    custom,
    customSetting: false,
    deepCloneable: false,
    deletable,
    deprecatedAndHidden: false,
    feedEnabled: false,
    hasSubtypes: false,
    isInterface: false,
    isSubtype: false,
    keyPrefix,
    label,
    labelPlural,
    layoutable: true,
    mergeable,
    mruEnabled: true,
    name,
    queryable: true,
    replicateable: true,
    retrieveable: true,
    searchable,
    triggerable: true,
    undeletable,
    updateable,
    urls: {
      sobject: `${base}/sobjects/${name}`,
      describe: `${base}/sobjects/${name}/describe`,
      rowTemplate: `${base}/sobjects/${name}/{ID}`,
    },
  };
}

function describeChildren(object: ObjectSchema, schema: Schema): Record<string, unknown>[] {
  return childRelationships(object, schema).map(({ child, field, name }) => ({
    cascadeDelete: field.cascadeDelete,
    childSObject: child.name,
    deprecatedAndHidden: false,
    field: field.name,
    junctionIdListNames: [],
    junctionReferenceTo: [],
    relationshipName: name,
    restrictedDelete: false,
  }));
}

function describeField(field: Field): Record<string, unknown> {
  const { name, label, type, length, precision, scale, digits, createable, updateable, nillable, defaultedOnCreate, custom } = field;
  const { externalId, unique, caseSensitive, idLookup, calculated, filterable, sortable, groupable, nameField, compoundFieldName } = field;
  return {
    aggregatable: filterable && type !== 'boolean',
    aiPredictionField: false,
    autoNumber: name === 'CaseNumber',
    byteLength: length * (type === 'id' || type === 'reference' ? 1 : 3),
    calculated,
    calculatedFormula: null,
    cascadeDelete: field.cascadeDelete,
    caseSensitive,
    compoundFieldName,
    controllerName: null,
    createable,
    custom,
    defaultValue: field.defaultValue,
    defaultValueFormula: null,
    defaultedOnCreate,
    dependentPicklist: false,
    deprecatedAndHidden: false,
    digits,
    displayLocationInDecimal: false,
    encrypted: false,
    externalId,
    extraTypeInfo: type === 'textarea' ? 'plaintextarea' : null,
    filterable,
    filteredLookupInfo: null,
    formulaTreatNullNumberAsZero: false,
    groupable,
    highScaleNumber: false,
    htmlFormatted: false,
    idLookup,
    inlineHelpText: null,
    label,
    length,
    mask: null,
    maskType: null,
    name,
    nameField,
    namePointing: field.referenceTo.length > 1,
    nillable,
    permissionable: nillable && (createable || calculated),
    picklistValues: field.options.map(({ value, label: shown, active, isDefault }) => ({
      active,
      defaultValue: isDefault,
      label: shown,
      validFor: null,
      value,
    })),
    polymorphicForeignKey: field.referenceTo.length > 1,
    precision,
    queryByDistance: false,
    referenceTargetField: null,
    referenceTo: field.referenceTo,
    relationshipName: field.relationshipName,
    relationshipOrder: null,
    restrictedDelete: false,
    restrictedPicklist: field.restricted,
    scale,
    searchPrefilterable: type === 'reference',
    soapType: SOAP_TYPES[type] ?? 'xsd:string',
    sortable,
    type,
    unique,
    updateable,
    writeRequiresMasterRead: false,
  };
}
