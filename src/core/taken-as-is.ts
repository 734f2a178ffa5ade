import { isBlank } from './blank.ts';
import { compatible } from './compatibility.ts';
import type { DescribedField } from './described.ts';
import { type FieldToRead, kindOfField } from './field-reader.ts';
import type { CompileOptions } from './mapping-types.ts';
import { namedOption } from './options.ts';
import { plainNumber } from './plain-number.ts';
import { checkNumber } from './scalars.ts';
import type { Value } from './value.ts';

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
