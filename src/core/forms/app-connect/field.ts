import { safeParseLogForm } from '../define-log-form.ts';
import type { FormKind, LogField } from '../log-form.ts';
import { convertOptions } from './options.ts';
import type { Members, Path, Report } from './report.ts';
import { convertDefaults, type ManifestSettings } from './settings.ts';

const TYPES: Readonly<Record<string, LogField['type']>> = {
  selection: 'selection',
  checkbox: 'checkbox',
  inputField: 'text',
  warning: 'note',
  string: 'text',
  date: 'text',
};
/** Names that the vendor's own page uses for itself, without a check. */
const BUILT_IN = ['contact', 'note', 'activityTitle', 'newContactName', 'contactType', 'warning'];
const COMMON = ['const', 'title', 'type', 'description'];
const ANSWERED = ['required', 'defaultSettingId', 'defaultSettingValues', 'defaultValue', 'default', 'contactDependent'];
const SELECTION = [
  'contactTypeDependent',
  'dynamicOptions',
  'options',
  'selections',
  'includeNoneOption',
  'allowCustomValue',
  'accountDataKey',
  'accountDataProperty',
  'accountDataPropertyByContactType',
];

export interface FieldPlace {
  readonly kind: FormKind;
  readonly settings: ManifestSettings;
  readonly at: Path;
  readonly report: Report;
}

/** One field of a manifest as a field here; undefined where nothing can be made of it, which is told. */
export function convertField(field: Members, place: FieldPlace): LogField | undefined {
  const { kind, at, report } = place;
  const type = typeOf(field['type'], at, report);
  const key = keyOf(field['const'], at, report);
  if (type === undefined || key === undefined) return undefined;
  const known = type === 'note' ? COMMON : [...COMMON, ...ANSWERED, ...(type === 'selection' ? SELECTION : [])];
  report.others(field, known, at);

  const title = report.text(field['title'], [...at, 'title']);
  if (title === undefined) report.add([...at, 'title'], 'missing', 'is missing', 'The key is shown in its place.');
  const description = report.text(field['description'], [...at, 'description']);
  const converted = {
    key,
    type,
    title: title ?? key,
    ...(description !== undefined && { description }),
    ...(type === 'note' ? { level: 'warning' } : convertAnswered(field, type, place)),
  };
  const parsed = safeParseLogForm({ kind, fields: [converted] });
  if (parsed.ok) return parsed.value.fields[0];
  for (const issue of parsed.issues) report.issues.push({ ...issue, path: [...at, ...issue.path.slice(2)] });
  // A default that does not fit costs the default, not the field.
  const { default: _, ...rest } = converted as typeof converted & { readonly default?: unknown };
  const without = safeParseLogForm({ kind, fields: [rest] });
  return without.ok ? without.value.fields[0] : undefined;
}

function typeOf(type: unknown, at: Path, report: Report): LogField['type'] | undefined {
  const known = typeof type === 'string' && Object.hasOwn(TYPES, type) ? TYPES[type] : undefined;
  if (known === undefined)
    report.add(
      [...at, 'type'],
      'unknown_type',
      'is no type of field',
      'Use `selection`, `inputField`, `checkbox` or `warning`: the field was left out.',
    );
  else if (type === 'string' || type === 'date')
    report.add([...at, 'type'], 'read_as_text', 'is not shown by the vendor', 'It was read as a text.');
  return known;
}

function keyOf(name: unknown, at: Path, report: Report): string | undefined {
  const where = [...at, 'const'];
  if (typeof name !== 'string' || name === '') {
    report.add(where, 'missing', 'is missing', 'Give the field a name: it was left out.');
    return undefined;
  }
  if (BUILT_IN.includes(name))
    report.add(where, 'built_in_name', "is a name of the vendor's own page", 'Nothing to do: here it is a key like any other.');
  const key = name.replaceAll(/[^A-Za-z0-9_-]/g, '_').replace(/^(?![A-Za-z])/, 'field_');
  if (key !== name) report.add(where, 'key_changed', 'has characters that keys do not have', `It is called \`${key}\` here.`);
  return key;
}

function convertAnswered(field: Members, type: 'selection' | 'text' | 'checkbox', { kind, settings, at, report }: FieldPlace): Members {
  const required = report.flag(field['required'], [...at, 'required']);
  const flagged = type !== 'selection' && report.flag(field['contactDependent'], [...at, 'contactDependent']) === true;
  if (flagged)
    report.add([...at, 'contactDependent'], 'always_shown', 'shows the field for some contacts only', 'Here it is shown for all.');
  return {
    ...(required !== undefined && { required }),
    ...convertDefaults(field, settings, at, report),
    ...(type === 'selection' && convertSelection(field, kind, required === true, at, report)),
    ...defaultOf(field, type, at, report),
  };
}

function convertSelection(field: Members, kind: FormKind, isRequired: boolean, at: Path, report: Report): Members {
  const none = report.flag(field['includeNoneOption'], [...at, 'includeNoneOption']);
  const custom = report.flag(field['allowCustomValue'], [...at, 'allowCustomValue']);
  if (isRequired && none !== true)
    report.add(
      [...at, 'required'],
      'none_not_offered',
      'is satisfied by "None" at the vendor',
      'Here it is not: set `includeNoneOption` if it should be.',
    );
  return {
    ...convertOptions(field, kind === 'new_contact', at, report),
    ...(none !== undefined && { includeNoneOption: none }),
    ...(custom !== undefined && { allowCustomValue: custom }),
  };
}

/** `defaultValue` is what the vendor reads; `default`, which some manifests have, it does not. */
function defaultOf(field: Members, type: 'selection' | 'text' | 'checkbox', at: Path, report: Report): Members {
  const name = field['defaultValue'] !== undefined ? 'defaultValue' : 'default';
  const value = field[name];
  if (value === undefined || value === null || value === '') return {};
  const where = [...at, name];
  const fits = type === 'checkbox' ? typeof value === 'boolean' : typeof value === 'string' || typeof value === 'number';
  if (!fits) {
    report.add(where, 'wrong_type', 'does not fit the type of the field', 'It was left out.');
    return {};
  }
  if (name === 'default' || type === 'selection')
    report.add(where, 'default_taken', 'is not read by the vendor', 'It is the default here.');
  return { default: type === 'text' ? String(value) : value };
}
