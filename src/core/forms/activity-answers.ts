import { listNames, nearestName } from '../base/text.ts';
import type { DescribedField } from '../schema/described.ts';
import { formatValue } from '../schema/format.ts';
import type { FieldDefinition } from '../schema/schema-types.ts';
import type { Value } from '../values/value.ts';
import type { BoundSubmission, BoundWrite } from './bound-submission.ts';

/** A record that an activity is tied to. */
export interface TiedRecord {
  readonly object: string;
  readonly id: string;
}

/** What a submission ties: by key of the field, so that another answer to the same field moves the tie. */
export interface AnsweredTies {
  readonly ties: Readonly<Record<string, TiedRecord>>;
  /** Keys whose tie goes. */
  readonly cleared: readonly string[];
}

/** An answer that the CRM can't take. `field` is the key of the form's field. */
export interface RefusedAnswer {
  readonly field: string;
  readonly code: string;
  readonly message: string;
  readonly remedy: string;
}

export interface AnsweredValues {
  /** By CRM field; null clears. */
  readonly values: Readonly<Record<string, Value>>;
  readonly refused: readonly RefusedAnswer[];
}

export function answeredTies({ writes }: Pick<BoundSubmission, 'writes'>): AnsweredTies {
  const ties = writes.flatMap((write): readonly (readonly [string, TiedRecord])[] =>
    write.action === 'set' && 'association' in write.to ? [[write.key, { object: write.to.association, id: String(write.value) }]] : [],
  );
  const cleared = writes.filter((write) => write.action === 'clear' && 'association' in write.to).map(({ key }) => key);
  return { ties: Object.fromEntries(ties), cleared: cleared.filter((key) => ties.every(([tied]) => tied !== key)) };
}

interface Target {
  readonly object: string;
  readonly fields: readonly DescribedField[];
  /** Of a record that is there already: what only a create may set is refused. */
  readonly isUpdate: boolean;
  /** CRM fields that are not the form's to write. */
  readonly reserved?: readonly string[];
  readonly timeZone?: string;
}

/**
 * The answers that go to fields of the CRM, in the form that each takes, and what none takes, all at once: a field that is
 * not there or can't be written, a value that is no option, too long, or of another type.
 */
export function answeredValues(
  { writes }: Pick<BoundSubmission, 'writes'>,
  place: 'activityField' | 'recordField',
  target: Target,
): AnsweredValues {
  const values: Record<string, Value> = {};
  const refused: RefusedAnswer[] = [];
  for (const write of writes) {
    const name = (write.to as Readonly<Record<string, string>>)[place];
    if (name === undefined) continue;
    const read = readAnswer(write, name, target);
    if (read.ok) values[name] = read.value;
    else refused.push({ field: write.key, code: read.code, message: read.message, remedy: read.remedy });
  }
  return { values, refused };
}

type ReadAnswer = { readonly ok: true; readonly value: Value } | ({ readonly ok: false } & Omit<RefusedAnswer, 'field'>);

function readAnswer(write: BoundWrite, name: string, { object, fields, isUpdate, reserved = [], timeZone }: Target): ReadAnswer {
  const field = fields.find((one) => one.name === name);
  if (field === undefined) {
    const nearest = nearestName(
      name,
      fields.map((one) => one.name),
    );
    const hint = nearest === undefined ? 'Name a field that the connected user sees' : `Did you mean \`${nearest}\``;
    return refuse(
      'field_not_visible',
      `${object} has no field \`${name}\` that the connected user sees.`,
      `${hint}, or add it in the CRM.`,
    );
  }
  if (reserved.includes(name))
    return refuse(
      'field_taken',
      `\`${name}\` of ${object} is written by every activity.`,
      'Let the answer go to another field of the CRM.',
    );
  if (!(isUpdate ? field.updatable : field.creatable))
    return refuse(
      'read_only_field',
      `\`${name}\` of ${object} can't be written${isUpdate && field.creatable ? ' once it is made' : ''}.`,
      'Let the connected user write the field, or let the answer go to another one.',
    );
  const value = write.action === 'set' ? write.value : null;
  if (value === null && !isUpdate) return { ok: true, value }; // there is nothing to clear yet
  const formatted = formatValue(value, definitionOf(value), { ...field, ...(timeZone !== undefined && { timeZone }) });
  if (formatted.ok) return { ok: true, value: formatted.value };
  const { code, message } = formatted;
  return refuse(code, `\`${name}\` of ${object}: ${message}`, remedyFor(code, field));
}

const refuse = (code: string, message: string, remedy: string): ReadAnswer => ({ ok: false, code, message, remedy });

const definitionOf = (value: Value): FieldDefinition =>
  typeof value === 'number' ? { type: 'number' } : typeof value === 'boolean' ? { type: 'boolean' } : { type: 'string' };

function remedyFor(code: string, { options = [], length, type }: DescribedField): string {
  if (code === 'unknown_option') return `Offer what the CRM has: ${listNames(options.map(({ value }) => value))}; or add the option there.`;
  if (code === 'too_long') return `Let the form take at most ${length} characters (\`maxLength\`).`;
  if (code === 'not_nullable') return 'Let the field be required: the CRM does not let it be empty.';
  return `Let the form give what the CRM takes there, which is ${type}; or let the answer go to another field.`;
}
