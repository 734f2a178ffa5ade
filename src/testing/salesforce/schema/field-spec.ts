import { type Field, type FieldInit, field, reference } from './field.ts';

interface CommonSpec {
  readonly label?: string;
  /** Usable as the key of an upsert. Not unique by itself. */
  readonly externalId?: boolean;
  /** No two live records share a value, whatever its case. */
  readonly unique?: boolean;
  /** Refused when it is missing on create or cleared on update. */
  readonly required?: boolean;
  /** A formula or roll-up: the API cannot write it, `add` and `edit` of the fake can. */
  readonly readOnly?: boolean;
  readonly defaultValue?: string | number | boolean;
}

/** A custom field of an org, as an administrator would define it. Its API name ends in `__c`. */
export type FieldSpec = CommonSpec &
  (
    | { readonly type: 'string' | 'textarea'; readonly length?: number }
    | { readonly type: 'phone' | 'email' | 'url' | 'boolean' | 'date' | 'datetime' }
    | {
        readonly type: 'picklist' | 'multipicklist';
        readonly options: readonly string[];
        /** Options that were switched off: describe shows them inactive, a restricted field refuses them. */
        readonly inactive?: readonly string[];
        /** Default true, as Salesforce proposes it. */
        readonly restricted?: boolean;
      }
    | { readonly type: 'int'; readonly digits?: number }
    | { readonly type: 'double' | 'currency' | 'percent'; readonly precision?: number; readonly scale?: number }
    | { readonly type: 'reference'; readonly to: string }
  );

/** @throws TypeError if the name is none of a custom field. */
export function fieldOfSpec(object: string, name: string, spec: FieldSpec): Field {
  if (!/^[A-Za-z]\w*__c$/.test(name))
    throw new TypeError(`fakeSalesforce: ${object}.${name} is no name of a custom field; it must end in __c.`);
  const { externalId = false, unique = false, required = false, readOnly = false } = spec;
  const init: FieldInit = {
    custom: true,
    label: spec.label ?? name.slice(0, -3).replaceAll('_', ' '),
    externalId,
    unique,
    idLookup: externalId,
    nillable: spec.type !== 'boolean' && !required,
    calculated: readOnly,
    createable: !readOnly,
    updateable: !readOnly,
    ...(spec.defaultValue === undefined ? {} : { defaultValue: spec.defaultValue }),
  };
  switch (spec.type) {
    case 'picklist':
    case 'multipicklist':
      return field(name, spec.type, { ...init, restricted: spec.restricted ?? true, options: spec.options, inactive: spec.inactive ?? [] });
    case 'reference':
      return reference(name, spec.to, { ...init, relationshipName: name.replace(/__c$/, '__r') });
    case 'string':
    case 'textarea':
      return field(name, spec.type, spec.length === undefined ? init : { ...init, length: spec.length });
    case 'int':
      return field(name, 'int', { ...init, digits: spec.digits ?? 18 });
    case 'double':
    case 'currency':
    case 'percent':
      return field(name, spec.type, { ...init, precision: spec.precision ?? 18, scale: spec.scale ?? 2 });
    default:
      return field(name, spec.type, init);
  }
}
