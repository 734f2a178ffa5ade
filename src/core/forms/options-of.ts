import type { Issue } from '../../errors.ts';
import { own } from '../base/own.ts';
import { membersOf } from '../mapping/rule-schema.ts';
import type { FormInput } from './form-input.ts';
import type { AccountOptions, LoadedOption, OptionSource, SelectionField } from './log-form.ts';
import { readOptions } from './read-options.ts';

export interface OfferedOptions {
  readonly are: 'ready' | 'waiting' | 'failed';
  readonly options: readonly LoadedOption[];
  /** There are more, and nobody here knows them. */
  readonly isPartial?: true;
  readonly note?: Issue;
}

const isList = (source: OptionSource): source is Extract<OptionSource, readonly unknown[]> => Array.isArray(source);

/** The name under which options come with a match; undefined for a field whose options come from elsewhere. */
export function matchOptionsName({ key, options, contactDependent }: SelectionField): string | undefined {
  if (options !== undefined && !isList(options) && 'association' in options) return options.association;
  return contactDependent === true ? key : undefined;
}

/** The options may be others for another type of contact. */
export function dependsOnType({ options, contactTypeDependent }: SelectionField): boolean {
  if (contactTypeDependent === true) return true;
  return options !== undefined && !isList(options) && ('byContactType' in options || 'propertyByContactType' in options);
}

/** What a selection offers for this match and type. */
export function optionsOf(field: SelectionField, input: FormInput, contactType: string | null): OfferedOptions {
  const { key, options: source } = field;
  const name = matchOptionsName(field);
  if (name !== undefined) return fromMatch(field, name, input);
  if (field.dynamicOptions === true) {
    const loaded = own(input.loaded ?? {}, key);
    if (isFailure(loaded)) return failed(key);
    return { ...given(loaded), ...(isNamed(input.more, key) && { isPartial: true }) };
  }
  if (source === undefined) return { are: 'ready', options: [] };
  if (isList(source)) return { are: 'ready', options: source };
  if ('byContactType' in source)
    return { are: 'ready', options: contactType === null ? [] : (own(source.byContactType, contactType) ?? []) };
  // An association has gone to the match by its name above.
  const { account, property: plain, propertyByContactType: types } = source as AccountOptions;
  const list = own(input.account ?? {}, account);
  if (list === undefined) return given(undefined);
  if (isFailure(list)) return failed(key);
  const property = types === undefined ? plain : contactType === null ? undefined : own(types, contactType);
  if (property === undefined) return { are: 'ready', options: types === undefined ? readOptions(list) : [] };
  return given(own(membersOf(list), property));
}

const given = (list: unknown): OfferedOptions =>
  list === undefined || list === null ? { are: 'waiting', options: [] } : { are: 'ready', options: readOptions(list) };

/** What a host kept of a match may have been through anything. */
const isNamed = (names: unknown, name: string): boolean => Array.isArray(names) && names.includes(name);

const isFailure = (list: unknown): boolean => membersOf(list)['failed'] === true;

const failed = (key: string): OfferedOptions => {
  const remedy = 'Show the form without these options, or load them again.';
  return {
    are: 'failed',
    options: [],
    note: { path: [key], code: 'options_failed', message: 'has options that could not be loaded', remedy },
  };
};

function fromMatch({ key, options }: SelectionField, name: string, { match }: FormInput): OfferedOptions {
  if (match === undefined || match === null) return { are: 'ready', options: [] };
  const list = own(match.options ?? {}, name);
  if (list === undefined) {
    const remedy = 'Look the number up with this form, or publish the options under this name.';
    return {
      are: 'ready',
      options: [],
      note: { path: [key], code: 'options_not_published', message: `has no options \`${name}\` in the match`, remedy },
    };
  }
  if (isFailure(list)) return failed(key);
  const read = readOptions(list);
  const { remedy } = membersOf(own(match.because ?? {}, name));
  if (read.length === 0 && typeof remedy === 'string')
    return { are: 'ready', options: [], note: { path: [key], code: 'never_tied', message: 'has no options for such a record', remedy } };
  const openFirst = options !== undefined && !isList(options) && 'association' in options && options.openFirst === true;
  return {
    are: 'ready',
    options: openFirst ? [...read.filter(isOpen), ...read.filter((option) => !isOpen(option))] : read,
    ...(isNamed(match.more, name) && { isPartial: true }),
  };
}

/** An option that says nothing of it is not closed. */
export const isOpen = ({ open }: LoadedOption): boolean => open !== false;
