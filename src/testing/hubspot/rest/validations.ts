import { notFound } from '../failure.ts';
import { type DataCall, type Endpoint, ok } from './call.ts';
import { typeOf } from './objects.ts';

/** Every property of an object that has rules. Source: HubSpot developer docs, "Property validations". */
export const listPropertyRules: Endpoint = (call) =>
  ok({
    results: Object.entries(rulesAt(call)).map(([propertyName, rules]) => ({
      propertyName,
      propertyValidationRules: rules.map((rule) => ({ ...rule, shouldApplyNormalization: false })),
    })),
  });

export const getPropertyRules: Endpoint = (call) => {
  const name = call.segments[1]!;
  if (!typeOf(call).properties.has(name)) throw notFound();
  return ok({ results: (rulesAt(call)[name] ?? []).map((rule) => ({ ...rule, shouldApplyNormalization: false })) });
};

/** Paths name the object by its type id alone. */
function rulesAt(call: DataCall) {
  const type = typeOf(call);
  if (call.segments[0] !== type.typeId) throw notFound();
  return call.service.portal.settings.propertyRules?.[type.name] ?? {};
}
