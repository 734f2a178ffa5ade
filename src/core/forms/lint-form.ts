import { nearestName } from '../base/text.ts';
import type { Finding } from '../checks/finding.ts';
import { itemsOf, membersOf } from '../mapping/rule-schema.ts';
import { safeParseLogForm } from './define-log-form.ts';
import type { AnsweredField, FormContext, FormKind, LogForm, SelectionField } from './log-form.ts';
import { matchOptionsName } from './options-of.ts';

/** What there is around a form. What is left out is not looked at. */
export interface FormCapabilities {
  /** The ids of the settings that users have. */
  readonly settings?: readonly string[];
  /** The names under which options come with a match: associations, and keys of fields with `contactDependent`. */
  readonly matchOptions?: readonly string[];
  /** The account's lists. */
  readonly accountLists?: readonly string[];
  /** The keys of fields with `dynamicOptions` that somebody loads options for. */
  readonly loaders?: readonly string[];
  readonly activityFields?: readonly string[];
  readonly recordFields?: readonly string[];
  readonly contactTypes?: readonly string[];
  /** The CRM ties an activity to one record only, besides the contact. */
  readonly hasOneTie?: boolean;
  /** The form for messages, beside which this one for calls stands. */
  readonly messageForm?: LogForm;
}

const CONTEXTS: Readonly<Record<FormKind, readonly FormContext[]>> = {
  call: ['inboundCall', 'outboundCall'],
  message: ['message', 'voicemail', 'fax'],
  new_contact: ['inboundCall', 'outboundCall', 'message', 'voicemail', 'fax'],
};

/**
 * What is wrong with a form, and what does not fit what is around it: settings that nobody has, options that nobody publishes,
 * fields that the CRM does not have, and fields that calls have and messages lack. Takes any JSON: what is refused by
 * `parseLogForm` is told as errors, and the fields that can be read are looked at all the same. An empty list: nothing found.
 *
 * @example
 * lintForm({ kind: 'call', fields: [{ key: 'deal', title: 'Deal', type: 'selection', options: { association: 'deal' } }] }, { matchOptions: ['deals'] })[0].remedy //=> 'Did you mean `deals`?'
 */
export function lintForm(form: unknown, capabilities: FormCapabilities = {}): readonly Finding[] {
  const parsed = safeParseLogForm(form);
  const refused = parsed.ok ? [] : parsed.issues.map(({ path, code, message, remedy }) => refusal(form, path, { code, message, remedy }));
  const readable = parsed.ok ? parsed.value : readablePart(form);
  const fields = readable.fields.filter((field): field is AnsweredField => field.type !== 'note');
  return [
    ...refused,
    ...fields.flatMap((field) => [
      ...settingFindings(field, readable.kind, capabilities),
      ...optionFindings(field, capabilities),
      ...targetFindings(field, capabilities),
    ]),
    ...tieFindings(readable, fields, capabilities),
    ...messageFindings(readable.kind, fields, capabilities),
  ];
}

const finding = (level: Finding['level'], code: string, field: string | undefined, message: string, remedy: string): Finding => ({
  level,
  code,
  message,
  remedy,
  who: 'developer',
  at: field === undefined ? {} : { field },
});

function refusal(form: unknown, path: readonly (string | number)[], told: Pick<Finding, 'code' | 'message' | 'remedy'>): Finding {
  const [list, index] = path;
  const key = list === 'fields' && typeof index === 'number' ? membersOf(itemsOf(membersOf(form)['fields'])[index])['key'] : undefined;
  const where = path.length === 0 ? '' : `${path.join('.')} `;
  return finding('error', told.code, typeof key === 'string' ? key : undefined, `${where}${told.message}`, told.remedy);
}

/** The fields of a refused form that are fine by themselves. */
function readablePart(form: unknown): LogForm {
  const { kind, fields } = membersOf(form);
  const known: FormKind = kind === 'message' || kind === 'new_contact' ? kind : 'call';
  const read = itemsOf(fields).map((field) => safeParseLogForm({ kind: known, fields: [field] }));
  return { kind: known, fields: read.flatMap((one) => (one.ok ? one.value.fields : [])) };
}

/** Undefined where the list is not known, or has the name. */
function notIn(name: string, list: readonly string[] | undefined, otherwise: string): string | undefined {
  if (list === undefined || list.includes(name)) return undefined;
  const nearest = nearestName(name, list);
  return nearest === undefined ? otherwise : `Did you mean \`${nearest}\`?`;
}

function settingFindings(field: AnsweredField, kind: FormKind, { settings }: FormCapabilities): readonly Finding[] {
  const { key, defaultSettingId, defaultSettingValues = {} } = field;
  const ids = [defaultSettingId, ...Object.values(defaultSettingValues).map((one) => one?.settingId)];
  const dangling = [...new Set(ids.filter((id) => id !== undefined))].flatMap((id) => {
    const remedy = notIn(id, settings, 'Add the setting, or take its id from the field.');
    return remedy === undefined
      ? []
      : [finding('warning', 'dangling_setting', key, `takes a default from the setting \`${id}\`, which nobody has`, remedy)];
  });
  const unused = Object.keys(defaultSettingValues).filter((context) => !CONTEXTS[kind].includes(context as FormContext));
  return [
    ...dangling,
    ...unused.map((context) =>
      finding('advice', 'unused_context', key, `has a setting for \`${context}\`, which this form never has`, 'Move it to the other form.'),
    ),
  ];
}

function optionFindings(field: AnsweredField, capabilities: FormCapabilities): readonly Finding[] {
  if (field.type !== 'selection') return [];
  const { key } = field;
  const [name, published] = sourceOf(field, capabilities);
  const remedy = name === undefined ? undefined : notIn(name, published, 'Publish the options under this name, or correct the name.');
  const missing =
    remedy === undefined
      ? []
      : [finding('error', 'options_not_published', key, `takes its options from \`${name}\`, where nobody puts any`, remedy)];
  const types = typesOf(field).flatMap((type) => {
    const other = notIn(type, capabilities.contactTypes, 'Remove the type, or correct its name.');
    return other === undefined
      ? []
      : [finding('warning', 'unknown_contact_type', key, `has options for \`${type}\`, which is no type of contact`, other)];
  });
  return [...missing, ...types];
}

function sourceOf(
  field: SelectionField,
  { matchOptions, accountLists, loaders }: FormCapabilities,
): readonly [string | undefined, readonly string[] | undefined] {
  const name = matchOptionsName(field);
  if (name !== undefined) return [name, matchOptions];
  if (field.dynamicOptions === true) return [field.key, loaders];
  const account = membersOf(field.options)['account'];
  return typeof account === 'string' ? [account, accountLists] : [undefined, undefined];
}

function typesOf({ options }: SelectionField): readonly string[] {
  const { byContactType, propertyByContactType } = membersOf(options);
  return Object.keys(membersOf(byContactType ?? propertyByContactType));
}

function targetFindings({ key, writes }: AnsweredField, { activityFields, recordFields }: FormCapabilities): readonly Finding[] {
  return (['activityField', 'recordField'] as const).flatMap((kind) => {
    const name = membersOf(writes)[kind];
    if (typeof name !== 'string') return [];
    const remedy = notIn(name, kind === 'activityField' ? activityFields : recordFields, 'Make the field in the CRM, or name another.');
    return remedy === undefined
      ? []
      : [finding('error', 'unknown_crm_field', key, `writes to \`${name}\`, which the CRM does not have`, remedy)];
  });
}

function tieFindings({ exclusive = [] }: LogForm, fields: readonly AnsweredField[], { hasOneTie }: FormCapabilities): readonly Finding[] {
  const ties = fields.filter(({ writes }) => writes === 'association' || membersOf(writes)['association'] !== undefined);
  const [first, ...others] = ties.map(({ key }) => key);
  if (hasOneTie !== true || first === undefined) return [];
  const group = exclusive.find((one) => one.fields.includes(first));
  return others
    .filter((key) => group?.fields.includes(key) !== true)
    .map((key) =>
      finding(
        'error',
        'ties_not_exclusive',
        key,
        `is tied beside \`${first}\`, and the CRM holds one tie`,
        'Put both into one group of `exclusive`.',
      ),
    );
}

function messageFindings(kind: FormKind, fields: readonly AnsweredField[], { messageForm }: FormCapabilities): readonly Finding[] {
  if (kind !== 'call' || messageForm === undefined) return [];
  return fields
    .filter(({ key }) => !messageForm.fields.some((field) => field.key === key))
    .map(({ key }) =>
      finding(
        'advice',
        'not_in_message_form',
        key,
        'is asked for calls and not for messages',
        'Add the field to the form for messages, if they are to have it.',
      ),
    );
}
