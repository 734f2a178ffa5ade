import * as z from 'zod';
import type { Issue } from '../../errors.ts';
import { deepFreeze } from '../base/freeze.ts';
import { parseDocument } from '../base/issues.ts';
import { lazy } from '../base/lazy.ts';
import type { Entity } from '../link/link.ts';
import type { Parsed } from '../values/value.ts';
import { ENTITIES } from './entities.ts';
import { nameProblem } from './schema-names.ts';
import type { FieldDefinition, FieldDefinitions, Schema } from './schema-types.ts';

const described = lazy(() => ({ label: z.string().optional(), description: z.string().optional() }));
const filled = lazy(() =>
  z.string().refine((text) => text.trim() !== '', {
    message: 'is blank',
    params: { code: 'blank', remedy: 'Give the option a value: an empty field needs none.' },
  }),
);
const option = lazy(() => z.union([filled(), z.strictObject({ value: filled(), label: z.string().optional() })]));
const definition = lazy(() =>
  z.discriminatedUnion('type', [
    z.strictObject({ type: z.literal('string'), maxLength: z.int().min(1).optional(), ...described() }),
    z.strictObject({ type: z.enum(['number', 'boolean', 'date', 'datetime']), ...described() }),
    z.strictObject({ type: z.literal('enum'), options: z.array(option()).min(1), ...described() }),
  ]),
);
const documents = lazy(() => ({ contact: schemaDocument('contact'), company: schemaDocument('company') }));
const schemaDocument = (entity: Entity) =>
  z.strictObject({ entity: z.literal(entity).optional(), fields: z.record(z.string(), definition()) });

export const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const builtInField = (entity: Entity, name: string): FieldDefinition | undefined => {
  const { builtIn } = ENTITIES[entity];
  return Object.hasOwn(builtIn, name) ? builtIn[name] : undefined;
};

/** A built-in field may be described in other words; what it holds is fixed. */
function changesBuiltIn({ type }: FieldDefinition, raw: unknown): boolean {
  if (!isObject(raw)) return false; // reported by the shape
  const others = Object.keys(raw).filter((key) => key !== 'label' && key !== 'description' && key !== 'type' && raw[key] !== undefined);
  return raw['type'] !== type || others.length > 0;
}

function nameIssues(entity: Entity, name: string, raw: unknown, builtIns: 'allowed' | 'refused'): Issue[] {
  const path = ['fields', name];
  const fixed = builtInField(entity, name);
  if (builtIns === 'allowed' && fixed !== undefined) {
    if (!changesBuiltIn(fixed, raw)) return [];
    const message = 'is built in: only its label and description can be given';
    return [{ path, code: 'built_in_field', message, remedy: `Give it the type \`${fixed.type}\`, or leave it out.` }];
  }
  const problem = nameProblem(name, entity);
  return problem === undefined ? [] : [{ path, code: fixed === undefined ? 'invalid_name' : 'built_in_field', ...problem }];
}

function optionIssues(name: string, raw: unknown): Issue[] {
  if (!isObject(raw) || !Array.isArray(raw['options'])) return [];
  const values = raw['options'].map((one: unknown) => (isObject(one) ? one['value'] : one));
  return values.flatMap((value, index) =>
    typeof value === 'string' && values.indexOf(value) < index
      ? {
          path: ['fields', name, 'options', index],
          code: 'duplicate_option',
          message: 'is the same option once more',
          remedy: 'Remove it, or give it a value of its own.',
        }
      : [],
  );
}

/** The same data without members that are undefined, which JSON does not have. */
const plain = <T>(data: T): T => JSON.parse(JSON.stringify(data)) as T;

function buildSchema<E extends Entity>(entity: E, custom: FieldDefinitions): Schema<FieldDefinitions, E> {
  const builtIn = Object.fromEntries(
    Object.entries(ENTITIES[entity].builtIn).map(([name, fixed]): [string, FieldDefinition] => [name, { ...fixed, ...custom[name] }]),
  );
  return deepFreeze(plain({ entity, fields: { ...builtIn, ...custom, ...builtIn } }));
}

/**
 * A schema from untrusted JSON, `{ fields }`, or every problem at once.
 *
 * @param builtIns - Whether fields that every contact or company has may be given too, in other words.
 */
export function readSchema<E extends Entity>(
  entity: E,
  json: unknown,
  builtIns: 'allowed' | 'refused',
): Parsed<Schema<FieldDefinitions, E>> {
  const shape = parseDocument(documents()[entity], json, (issue, path) =>
    path[0] === 'entity' ? otherEntity(entity, issue.input) : undefined,
  );
  const raw = isObject(json) && isObject(json['fields']) ? json['fields'] : {};
  const others = Object.entries(raw)
    .filter(([name]) => name !== '__proto__') // reported with the shape
    .flatMap(([name, one]) => [...nameIssues(entity, name, one, builtIns), ...optionIssues(name, one)]);
  const issues = [...(shape.ok ? [] : shape.issues), ...others];
  if (!shape.ok || issues.length > 0) return { ok: false, issues };
  return { ok: true, value: buildSchema(entity, shape.value.fields as FieldDefinitions) };
}

/** The schema of the one is no schema of the other: their built-in fields differ. */
function otherEntity(entity: Entity, given: unknown): Partial<Issue> | undefined {
  if (typeof given !== 'string' || !Object.hasOwn(ENTITIES, given)) return undefined;
  const remedy = `Read it with \`parse${given === 'company' ? 'Company' : 'Contact'}Schema\`, or give the schema of a ${entity}.`;
  return { code: 'other_entity', message: `is the schema of a ${given}`, remedy };
}
