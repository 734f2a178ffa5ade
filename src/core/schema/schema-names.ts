import type { Entity } from '../link/link.ts';
import { ENTITIES } from './entities.ts';
import type { EnumField, FieldDefinition, PlainField, StringField } from './schema-types.ts';

const SNAKE_CASE = /^[a-z][a-z0-9]*(?:_[a-z0-9]+)*$/;
const RESERVED_WORDS = ['constructor', 'prototype'] as const;

/** Why a custom field of a contact or company cannot have this name; undefined: it can. */
export function nameProblem(name: string, entity: Entity): { readonly message: string; readonly remedy: string } | undefined {
  if (Object.hasOwn(ENTITIES[entity].builtIn, name))
    return { message: 'is built in', remedy: `Leave the field out: every ${entity} has it, under this name and type.` };
  if (!SNAKE_CASE.test(name))
    return { message: 'is not in snake_case', remedy: 'Use small letters, digits and single underscores, such as `lead_status`.' };
  if (name.startsWith('contact') || name.startsWith('external'))
    return {
      message: 'starts with a word that is kept for the platform',
      remedy: 'Choose a name without `contact` or `external` in front.',
    };
  if (RESERVED_WORDS.some((word) => word === name))
    return { message: 'is a word of the language', remedy: 'Choose another name, such as `construction_firm`.' };
  return undefined;
}

// ---- the same for the compiler ---------------------------------------------------------------------------------
type Letter =
  | ('a' | 'b' | 'c' | 'd' | 'e' | 'f' | 'g' | 'h' | 'i' | 'j' | 'k' | 'l' | 'm')
  | ('n' | 'o' | 'p' | 'q' | 'r' | 's' | 't' | 'u' | 'v' | 'w' | 'x' | 'y' | 'z');
type Digit = '0' | '1' | '2' | '3' | '4' | '5' | '6' | '7' | '8' | '9';
type IsWord<S extends string> = S extends `${infer Head}${infer Tail}`
  ? Head extends Letter | Digit
    ? Tail extends ''
      ? true
      : IsWord<Tail>
    : false
  : false;
type AreWords<S extends string> = S extends `${infer Head}_${infer Tail}`
  ? IsWord<Head> extends true
    ? AreWords<Tail>
    : false
  : IsWord<S>;
type IsSnakeCase<S extends string> = S extends `${Letter}${string}` ? AreWords<S> : false;

type NameProblem<K extends string, BuiltIn> = K extends keyof BuiltIn
  ? `\`${K}\` is built in`
  : K extends `contact${string}` | `external${string}`
    ? `\`${K}\` must not start with contact or external`
    : K extends (typeof RESERVED_WORDS)[number]
      ? `\`${K}\` is a word of the language`
      : IsSnakeCase<K> extends true
        ? never
        : `\`${K}\` is not in snake_case`;

type KeysOf<T> = T extends 'string' ? keyof StringField : T extends 'enum' ? keyof EnumField : keyof PlainField;
type NoOther<D, Known> = { readonly [P in Exclude<keyof D, Known>]?: never };
type CheckedOptions<O> = O extends readonly []
  ? 'an enum needs at least one option'
  : { readonly [I in keyof O]: O[I] extends string ? O[I] : NoOther<O[I], 'value' | 'label'> };
/** Keys that the type of field does not have, and an enum without options, are errors on that property. */
type CheckedField<D> = D extends FieldDefinition
  ? NoOther<D, KeysOf<D['type']>> & (D extends { readonly options: infer O } ? { readonly options: CheckedOptions<O> } : unknown)
  : FieldDefinition;

/**
 * Custom fields with names and keys checked by the compiler, beside those that are built in; names that are only known at run time
 * are checked there.
 */
export type CheckedFields<F, BuiltIn> = {
  readonly [K in keyof F]: string extends K
    ? F[K]
    : [NameProblem<K & string, BuiltIn>] extends [never]
      ? CheckedField<F[K]>
      : { readonly problem: NameProblem<K & string, BuiltIn> };
};
