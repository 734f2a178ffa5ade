import { coerceDomain } from '../domain/domain.ts';
import type { Entity } from '../link/link.ts';
import { coercePhone, type PhoneOptions } from '../phone/phone.ts';
import { present, type WithUndefined } from '../values/present.ts';
import type { Coerced } from '../values/value.ts';
import { type CoerceOptions, coerceValue } from './coerce.ts';
import type { FieldDefinition } from './schema-types.ts';

/** A field of a schema, with what it belongs to. */
export interface FieldToRead {
  readonly entity: Entity;
  readonly field: string;
  readonly definition: FieldDefinition;
}

/** A built-in field that holds more than text; null: what its type says. */
export function kindOfField({ entity, field }: Pick<FieldToRead, 'entity' | 'field'>): 'phone' | 'domain' | null {
  if (field === 'phone_number') return 'phone';
  return entity === 'company' && field === 'domain' ? 'domain' : null;
}

/** What a field makes of a raw value: of a phone number E.164, of a company's domain the host, of any other what its type says. */
export function fieldReader(
  of: FieldToRead,
  { defaultCountry, timeZone, from }: WithUndefined<CoerceOptions & Pick<PhoneOptions, 'defaultCountry'>>,
): (raw: unknown) => Coerced {
  switch (kindOfField(of)) {
    case 'phone': {
      const phone = present<PhoneOptions>({ defaultCountry });
      return (raw) => coercePhone(raw, phone);
    }
    case 'domain':
      return coerceDomain;
    default: {
      const options = present<CoerceOptions>({ timeZone, from });
      return (raw) => coerceValue(raw, of.definition, options) as Coerced;
    }
  }
}
