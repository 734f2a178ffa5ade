import type { Millis } from '../../../core/values/value.ts';
import { type Property, type PropertyInit, type PropertyOption, property } from './property.ts';

interface CommonSpec {
  readonly label?: string;
  readonly description?: string;
  /** Not shown in the forms of the portal; the API shows it like any other. */
  readonly hidden?: boolean;
  /** The API cannot write it, `add` and `edit` of the fake can. */
  readonly readOnly?: boolean;
}

/** A custom property of a portal. One that HubSpot defines may be given too, to have the portal's own options. */
export type PropertySpec = CommonSpec &
  (
    | {
        readonly type: 'string';
        readonly fieldType?: 'text' | 'textarea' | 'html' | 'phonenumber' | 'file';
        /** No two live records share a value, and an upsert by it is possible. */
        readonly hasUniqueValue?: boolean;
      }
    | { readonly type: 'number'; readonly hasUniqueValue?: boolean }
    | { readonly type: 'bool' | 'date' | 'datetime' | 'phone_number' }
    | {
        readonly type: 'enumeration';
        /** `checkbox` holds several values. Default `select`. */
        readonly fieldType?: 'select' | 'radio' | 'checkbox';
        readonly options: readonly (string | { readonly value: string; readonly label: string; readonly hidden?: boolean })[];
      }
  );

/**
 * @param builtIn - What HubSpot defines under this name.
 * @throws TypeError if the name is none of a property, or HubSpot's own property is of another type.
 */
export function propertyOfSpec(
  object: { readonly name: string; readonly group: string },
  name: string,
  spec: PropertySpec,
  builtIn: Property | undefined,
  at: Millis,
): Property {
  const path = `${object.name}.${name}`;
  if (!isPropertyName(name))
    throw new TypeError(`fakeHubSpot: ${path} is no name of a property; it has small letters, digits and underscores.`);
  if (builtIn !== undefined && builtIn.type !== spec.type)
    throw new TypeError(`fakeHubSpot: ${path} is defined by HubSpot and has the type ${builtIn.type}, not ${spec.type}.`);
  const { label, description, hidden, readOnly } = spec;
  const given: PropertyInit = {
    ...(description === undefined ? {} : { description }),
    ...(hidden === undefined ? {} : { hidden }),
    ...(readOnly === undefined ? {} : { readOnly }),
    ...('fieldType' in spec ? { fieldType: spec.fieldType } : {}),
    ...('hasUniqueValue' in spec ? { hasUniqueValue: spec.hasUniqueValue } : {}),
  };
  const fresh = property(name, label ?? name.replaceAll('_', ' '), spec.type, {
    hubspotDefined: false,
    groupName: object.group,
    createdAt: at,
    updatedAt: at,
    ...given,
  });
  const base = builtIn === undefined ? fresh : { ...builtIn, ...given, label: label ?? builtIn.label, options: builtIn.options };
  return spec.type === 'enumeration' ? { ...base, options: specOptions(spec.options) } : base;
}

export const isPropertyName = (name: string): boolean => /^[a-z][a-z0-9_]*$/.test(name);

const specOptions = (
  options: readonly (string | { readonly value: string; readonly label: string; readonly hidden?: boolean })[],
): readonly PropertyOption[] =>
  options.map((option, displayOrder) => {
    const { value, label, hidden = false } = typeof option === 'string' ? { value: option, label: option } : option;
    return { label, value, description: '', displayOrder, hidden };
  });
