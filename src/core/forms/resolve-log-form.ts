import { membersOf } from '../mapping/rule-schema.ts';
import type { FormInput } from './form-input.ts';
import type { LogForm, NoteField } from './log-form.ts';
import { readMetadata } from './read-metadata.ts';
import { shownField } from './resolve-field.ts';
import { resolveStates } from './resolve-states.ts';
import type { ResolvedField, ResolvedForm } from './resolved-form.ts';

export interface ResolveInput extends FormInput {
  /** What a person has answered so far: an answer that is not offered any more, after another type was chosen, is dropped and told. */
  readonly answers?: Readonly<Record<string, unknown>>;
}

/**
 * The form for one match: fields, options, values with their source, and every open question. An answer goes before what the CRM
 * holds, that before the context's setting, then the general setting, the form's default, the only option, and the policy of
 * `whenSeveral`. Among several options none is chosen unless one of these says so. Pure; never throws on what is given from outside.
 *
 * @example
 * resolveLogForm({ kind: 'call', fields: [{ key: 'deal', title: 'Deal', type: 'selection', options: { association: 'deals' } }] }, { context: 'inboundCall', match: { options: { deals: [{ const: '7', title: 'Renewal' }] } } }).sources
 * //=> { deal: 'single_option' }
 */
export function resolveLogForm(form: LogForm, input: ResolveInput): ResolvedForm {
  const { contactType, states, questions, notes } = resolveStates(form, input, membersOf(input.answers));
  const shown = new Map(states.map((state) => [state.field.key, shownField(state)]));
  const metadata = readMetadata(form.metadata ?? [], input.metadata);
  return {
    kind: form.kind,
    context: input.context,
    contactType,
    contactTypes: form.contactTypes ?? [],
    fields: form.fields.map((field) => (field.type === 'note' ? shownNote(field) : shown.get(field.key)!)),
    values: Object.fromEntries(states.map(({ field, value }) => [field.key, value])),
    sources: Object.fromEntries(states.map(({ field, source }) => [field.key, source])),
    questions,
    metadata: metadata.values,
    notes: [...notes, ...metadata.notes],
  };
}

const shownNote = ({ key, title, description, level = 'info' }: NoteField): ResolvedField => ({
  key,
  type: 'note',
  title,
  ...(description !== undefined && { description }),
  required: false,
  level,
  value: null,
  source: null,
});
