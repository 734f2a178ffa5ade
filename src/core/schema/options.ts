import { readBoolean } from '../values/scalars.ts';
import type { EnumOption } from './schema-types.ts';

/** An option of an enum field or a CRM picklist. */
export interface NamedOption {
  readonly value: string;
  readonly label?: string;
}

export const namedOption = (option: EnumOption): NamedOption => (typeof option === 'string' ? { value: option } : option);

const fold = (text: string): string => text.normalize('NFC').trim().toLowerCase();
const only = <T>(found: readonly T[]): T | undefined => (found.length === 1 ? found[0] : undefined);

/**
 * The option a text names: by value, else by value in any case, else by label in any case. Where two fit equally,
 * none: it is not guessed.
 */
export function findOption<O extends NamedOption>(options: readonly O[], text: string): O | undefined {
  const exact = options.find(({ value }) => value === text);
  if (exact !== undefined) return exact;
  const wanted = fold(text);
  return (
    only(options.filter(({ value }) => fold(value) === wanted)) ??
    only(options.filter(({ label }) => label !== undefined && fold(label) === wanted))
  );
}

/** The only option that reads as the given truth: `Yes` for true. */
export function findBooleanOption<O extends NamedOption>(options: readonly O[], truth: boolean): O | undefined {
  return (
    only(options.filter(({ value }) => readBoolean(value) === truth)) ??
    only(options.filter(({ label }) => label !== undefined && readBoolean(label) === truth))
  );
}
