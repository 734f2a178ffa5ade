import { type Issue, refusedDocument } from '../../../errors.ts';
import { deepFreeze } from '../../base/freeze.ts';
import { own } from '../../base/own.ts';
import { listNames, nearestName } from '../../base/text.ts';
import { itemsOf } from '../../mapping/rule-schema.ts';
import type { Value } from '../../values/value.ts';
import { safeParseLogForm } from '../define-log-form.ts';
import type { ContactTypeOption, FormKind, FormMetadata, LogField, LogForm } from '../log-form.ts';
import { convertField } from './field.ts';
import { convertMetadata } from './metadata.ts';
import { isObject, type Members, type Path, Report } from './report.ts';
import { type ManifestSettings, readSettings } from './settings.ts';

export interface ConvertedManifest {
  /** One for each page that the platform has. */
  readonly forms: { readonly call?: LogForm; readonly message?: LogForm; readonly newContact?: LogForm };
  /** What the settings are until a user changes them: give them below the user's own as `settings`. */
  readonly settings: Readonly<Record<string, Value>>;
  /** Everything that was read with leniency or not carried over, with its place and what to do about it. */
  readonly report: readonly Issue[];
}

const PAGES = { call: 'callLog', message: 'messageLog', newContact: 'newContact' } as const;
const KINDS: Readonly<Record<keyof typeof PAGES, FormKind>> = { call: 'call', message: 'message', newContact: 'new_contact' };

/**
 * The forms of a platform in a manifest of RingCentral App Connect: that of the repository, with `platforms` by name, and that of
 * the developer console, with a list. Answers are handed back with the submission; add `writes` and `whenSeveral` where the engine
 * of your app is to do more with them.
 *
 * Source: ringcentral/rc-unified-crm-extension, manifest.json and docs/developers/associating-records.md.
 *
 * @throws CrmSyncError `invalid_document` where the manifest is no object, or does not have the platform.
 *
 * @example
 * fromAppConnectManifest({ platforms: { clio: { page: { callLog: { additionalFields: [{ const: 'matters', title: 'Matter', type: 'selection', contactDependent: true }] } } } } }, 'clio').forms.call.fields
 * //=> [{ key: 'matters', type: 'selection', title: 'Matter', contactDependent: true }]
 */
export function fromAppConnectManifest(manifest: unknown, platform: string): ConvertedManifest {
  const report = new Report();
  const { found, at } = platformOf(manifest, platform, report);
  const settings = readSettings(found['settings']);
  const page = isObject(found['page']) ? found['page'] : {};
  const contactTypes = convertTypes(found['contactTypes'], [...at, 'contactTypes'], report);
  const metadata = convertMetadata(found['rcAdditionalSubmission'], [...at, 'rcAdditionalSubmission'], report);
  if (isObject(found['serverSideLogging']) && itemsOf(found['serverSideLogging']['additionalFields']).length > 0)
    report.add(
      [...at, 'serverSideLogging', 'additionalFields'],
      'not_carried_over',
      'is no form of a log',
      'Ask for these values in your own settings page.',
    );
  if (itemsOf(found['override']).length > 0)
    report.add(
      [...at, 'override'],
      'not_carried_over',
      'changes the platform for some users',
      'Convert the platform as it is for them, too.',
    );
  const forms = (Object.keys(PAGES) as (keyof typeof PAGES)[]).flatMap((name) => {
    const section = page[PAGES[name]];
    if (!isObject(section)) return [];
    const place = { kind: KINDS[name], at: [...at, 'page', PAGES[name], 'additionalFields'], settings, report };
    const fields = convertFields(section['additionalFields'], place);
    return [[name, formOf(place, fields, contactTypes, name === 'newContact' ? [] : metadata)] as const];
  });
  return deepFreeze({ forms: Object.fromEntries(forms), settings: settings.defaults, report: report.issues });
}

interface PagePlace {
  readonly kind: FormKind;
  readonly settings: ManifestSettings;
  readonly at: Path;
  readonly report: Report;
}

interface PlacedField {
  readonly field: LogField;
  /** In the manifest. */
  readonly at: Path;
}

function convertFields(list: unknown, place: PagePlace): readonly PlacedField[] {
  const fields = new Map<string, PlacedField>();
  for (const [index, raw] of place.report.objects(list, place.at)) {
    const at = [...place.at, index];
    const field = convertField(raw, { ...place, at });
    if (field === undefined) continue;
    if (fields.has(field.key))
      place.report.add([...at, 'const'], 'duplicate_key', 'is the name of another field already', 'The first one was taken.');
    else fields.set(field.key, { field, at });
  }
  return [...fields.values()];
}

function formOf(
  { kind, at, report }: PagePlace,
  placed: readonly PlacedField[],
  contactTypes: readonly ContactTypeOption[],
  metadata: readonly FormMetadata[],
): LogForm {
  const fields = placed.map(({ field }) => field);
  const free = metadata.filter(({ key }) => {
    const isTaken = fields.some((field) => field.key === key);
    if (isTaken)
      report.add(
        at,
        'shadows_field',
        `has a field \`${key}\`, which metadata would replace`,
        'The answer counts: rename the metadata to have both.',
      );
    return !isTaken;
  });
  const form: LogForm = {
    kind,
    fields,
    ...(kind === 'new_contact' && contactTypes.length > 0 && { contactTypes }),
    ...(free.length > 0 && { metadata: free }),
  };
  const placeOf = (path: Path): Path => {
    const [list, index, ...rest] = path;
    const field = list === 'fields' ? placed[Number(index)] : undefined;
    return field === undefined ? [...at, ...path] : [...field.at, ...rest];
  };
  const parsed = safeParseLogForm(form);
  if (parsed.ok) return parsed.value;
  for (const issue of parsed.issues) report.issues.push({ ...issue, path: placeOf(issue.path) });
  return without(form, parsed.issues);
}

/** The form without those of its fields and types that a form can't have. */
function without(form: LogForm, issues: readonly Issue[]): LogForm {
  const isKept = (list: string) => (_: unknown, index: number) => !issues.some(({ path }) => path[0] === list && path[1] === index);
  const { fields, contactTypes, metadata, ...rest } = form;
  const parsed = safeParseLogForm({
    ...rest,
    fields: fields.filter(isKept('fields')),
    ...(contactTypes !== undefined && { contactTypes: contactTypes.filter(isKept('contactTypes')) }),
    ...(metadata !== undefined && { metadata: metadata.filter(isKept('metadata')) }),
  });
  return parsed.ok ? parsed.value : { kind: form.kind, fields: [] };
}

/** `{ display, value }` in the repository, plain texts from the developer console. */
function convertTypes(list: unknown, at: Path, report: Report): readonly ContactTypeOption[] {
  if (list === undefined || list === null) return [];
  if (!Array.isArray(list)) report.add(at, 'wrong_type', 'must be a list', 'It was left out.');
  const types = new Map<string, ContactTypeOption>();
  for (const [index, type] of itemsOf(list).entries()) {
    const { value, display } = isObject(type) ? type : { value: type, display: type };
    if (typeof value !== 'string' || value.trim() === '') report.add([...at, index], 'not_a_type', 'has no value', 'It was left out.');
    else if (types.has(value)) report.add([...at, index], 'duplicate_option', 'is the same type once more', 'It was left out.');
    else {
      if (!isObject(type)) report.add([...at, index], 'type_as_text', 'is text where `{ display, value }` is usual', 'Nothing to do.');
      types.set(value, { const: value, title: typeof display === 'string' && display.trim() !== '' ? display : value });
    }
  }
  return [...types.values()];
}

function platformOf(manifest: unknown, platform: string, report: Report): { readonly found: Members; readonly at: Path } {
  if (!isObject(manifest))
    throw refusedDocument('The manifest', [
      { path: [], code: 'wrong_type', message: 'must be an object', remedy: 'Give the manifest as JSON.' },
    ]);
  const { platforms } = manifest;
  const named = (
    Array.isArray(platforms) ? platforms.map((one: unknown) => [isObject(one) ? one['name'] : undefined, one] as const) : []
  ).flatMap(([name, one], index) => (typeof name === 'string' && isObject(one) ? [{ name, found: one, at: ['platforms', index] }] : []));
  if (Array.isArray(platforms)) {
    report.add(['platforms'], 'platforms_as_list', 'is a list, as the developer console gives it', 'Nothing to do.');
    const matching = named.filter(({ name }) => name === platform);
    if (matching.length > 1) report.add(['platforms'], 'duplicate_platform', 'has the platform more than once', 'The first one was taken.');
    if (matching[0] !== undefined) return matching[0];
  }
  const found = isObject(platforms) ? own(platforms, platform) : undefined;
  if (isObject(found)) return { found, at: ['platforms', platform] };
  const names = isObject(platforms) ? Object.keys(platforms) : named.map(({ name }) => name);
  const nearest = nearestName(platform, names);
  const remedy =
    nearest !== undefined
      ? `Did you mean \`${nearest}\`?`
      : names.length > 0
        ? `Use one of ${listNames(names)}.`
        : 'Give a manifest with `platforms`.';
  throw refusedDocument('The manifest', [{ path: ['platforms'], code: 'unknown_platform', message: 'does not have the platform', remedy }]);
}
