import { plainNumber } from '../phone/plain-number.ts';
import { compatible } from '../schema/compatibility.ts';
import type { DescribedField } from '../schema/described.ts';
import { type FieldToRead, kindOfField } from '../schema/field-reader.ts';
import { namedOption } from '../schema/options.ts';
import { isBlank } from '../values/blank.ts';
import { checkNumber } from '../values/scalars.ts';
import type { Value } from '../values/value.ts';
import type { CompileOptions } from './mapping-types.ts';

/**
 * Whether a CRM value is the value of the field already, so that nothing has to be made of it: most values of most records. False
 * says nothing: it may have to be read, or refused. A property test compares it with what `fieldReader` makes of it.
 */
export function takenAsIs(
  of: FieldToRead,
  source: DescribedField | undefined,
  { defaultCountry }: Pick<CompileOptions, 'defaultCountry'>,
): (remote: Value) => boolean {
  const { definition } = of;
  const kind = kindOfField(of);
  if (kind === 'domain') return (remote) => remote === null;
  if (kind === 'phone') return (remote) => typeof remote === 'string' && plainNumber(remote, defaultCountry) === remote;
  if (source !== undefined && compatible(source.type, definition.type) === 'no') return () => false;
  switch (definition.type) {
    case 'string': {
      const { maxLength = Number.POSITIVE_INFINITY } = definition;
      return (remote) => remote === null || (typeof remote === 'string' && remote.length <= maxLength && !isBlank(remote));
    }
    case 'number':
      return (remote) => remote === null || (typeof remote === 'number' && checkNumber(remote) === remote && !Object.is(remote, -0));
    case 'boolean':
      return (remote) => remote === null || typeof remote === 'boolean';
    case 'enum': {
      const texts = definition.options.map((option) => namedOption(option).value).filter((text) => !isBlank(text));
      const options = new Set(source?.type === 'multipicklist' ? [] : texts);
      return (remote) => remote === null || (typeof remote === 'string' && options.has(remote));
    }
    default:
      return (remote) => remote === null;
  }
}
