import { itemsOf } from '../../mapping/rule-schema.ts';
import { isBlank } from '../../values/blank.ts';
import { isValue } from '../../values/is-value.ts';
import type { Value } from '../../values/value.ts';
import { FORM_CONTEXTS, type FormContext } from '../log-form.ts';
import { isObject, type Members, type Path, type Report } from './report.ts';

const DEPTH_MAX = 8;

export interface ManifestSettings {
  /** The ids of the items in each section. */
  readonly sections: ReadonlyMap<string, ReadonlySet<string>>;
  readonly items: ReadonlySet<string>;
  /** What a setting is until a user changes it, by id. */
  readonly defaults: Readonly<Record<string, Value>>;
}

/** The settings of a platform: sections with items, or items by themselves. */
export function readSettings(settings: unknown): ManifestSettings {
  const sections = new Map<string, Set<string>>();
  const items = new Set<string>();
  const defaults = new Map<string, Value>();
  const read = (list: unknown, within: readonly Set<string>[]): void => {
    for (const one of itemsOf(list)) {
      if (!isObject(one) || typeof one['id'] !== 'string') continue;
      const { id, items: inner, defaultValue } = one;
      if (Array.isArray(inner)) {
        const section = sections.get(id) ?? new Set();
        sections.set(id, section);
        if (within.length < DEPTH_MAX) read(inner, [...within, section]);
      } else {
        items.add(id);
        for (const section of within) section.add(id);
        if (isValue(defaultValue) && !isBlank(defaultValue) && id !== '__proto__') defaults.set(id, defaultValue);
      }
    }
  };
  read(settings, []);
  return { sections, items, defaults: Object.fromEntries(defaults) };
}

export interface ConvertedDefaults {
  readonly defaultSettingId?: string;
  readonly defaultSettingValues?: Readonly<Partial<Record<FormContext, { readonly settingId: string }>>>;
}

/**
 * Both dialects: `defaultSettingId` names a section, whose items the contexts name; or it names a setting itself, as the vendor's
 * page on associations has it.
 */
export function convertDefaults(field: Members, settings: ManifestSettings, at: Path, report: Report): ConvertedDefaults {
  const id = report.text(field['defaultSettingId'], [...at, 'defaultSettingId']);
  const values = isObject(field['defaultSettingValues']) ? field['defaultSettingValues'] : {};
  if (field['defaultSettingValues'] !== undefined && !isObject(field['defaultSettingValues']))
    report.add([...at, 'defaultSettingValues'], 'wrong_type', 'must be an object', 'It was left out.');
  const section = id === undefined ? undefined : settings.sections.get(id);
  const isSetting = id !== undefined && (section === undefined || settings.items.has(id));
  if (isSetting && !settings.items.has(id)) dangling('defaultSettingId');
  const contexts: [FormContext, { readonly settingId: string }][] = [];
  for (const [context, value] of Object.entries(values)) {
    const where = [...at, 'defaultSettingValues', context];
    if (!FORM_CONTEXTS.some((one) => one === context)) {
      report.add(where, 'unknown_context', 'is no context', `Use one of ${FORM_CONTEXTS.map((one) => `\`${one}\``).join(', ')}.`);
      continue;
    }
    const settingId = report.text(isObject(value) ? value['settingId'] : value, where);
    if (settingId === undefined) continue;
    if (!isObject(value))
      report.add(where, 'setting_as_text', 'is text where `{ settingId }` is usual', 'It was read as the id of a setting.');
    if (!settings.items.has(settingId)) dangling('defaultSettingValues', context);
    else if (section !== undefined && !section.has(settingId))
      report.add(where, 'setting_of_another_section', 'is in another section than the one named', 'It was taken all the same.');
    contexts.push([context as FormContext, { settingId }]);
  }
  if (section !== undefined && !isSetting && contexts.length === 0)
    report.add(
      [...at, 'defaultSettingId'],
      'section_without_setting',
      'names a section, and no context a setting in it',
      'Name a setting for each context.',
    );
  return {
    ...(isSetting && { defaultSettingId: id }),
    ...(contexts.length > 0 && { defaultSettingValues: Object.fromEntries(contexts) }),
  };

  function dangling(...path: readonly string[]): void {
    report.add(
      [...at, ...path],
      'dangling_setting',
      'names a setting that the manifest does not have',
      'It was kept: give its value with the others.',
    );
  }
}
