import type { Issue } from '../../errors.ts';
import { own } from '../base/own.ts';
import { isBlank } from '../values/blank.ts';
import type { FormInput } from './form-input.ts';
import type { AnsweredField } from './log-form.ts';
import type { OfferedOptions } from './options-of.ts';
import { readAnswer } from './read-answer.ts';
import { isOptionValue, namedOptionOf } from './read-options.ts';

/** What is proposed for a field: null is the setting "none". Undefined: nothing is. */
export interface Proposal {
  readonly value?: string | number | boolean | null;
  readonly source?: 'setting' | 'default';
  readonly note?: Issue;
}

/** The setting that applies: the context's own where it has a value, else the general one. */
function settingOf(field: AnsweredField, { context, settings }: FormInput): unknown {
  const ids = [field.defaultSettingValues?.[context]?.settingId, field.defaultSettingId];
  return ids.map((id) => (id === undefined ? undefined : own(settings ?? {}, id))).find((value) => !isBlank(value));
}

/** The value that a setting proposes, or else the form. One that the field can't hold proposes nothing, and a note says so. */
export function defaultOf(field: AnsweredField, input: FormInput, offered: OfferedOptions | undefined): Proposal {
  const setting = settingOf(field, input);
  const fromSetting = setting === undefined ? undefined : read(field, setting, offered);
  if (fromSetting?.ok === true) return { value: fromSetting.value, source: 'setting' };
  const unusable = {
    path: [field.key],
    code: 'setting_not_usable',
    message: 'has a default from a setting that it does not offer',
    remedy: 'Correct the setting, or answer the field.',
  };
  const note = fromSetting === undefined || offered?.are === 'waiting' || offered?.are === 'failed' ? {} : { note: unusable };
  const own = field.default === undefined ? undefined : read(field, field.default, offered);
  return own?.ok === true && own.value !== null ? { ...note, value: own.value, source: 'default' } : note;
}

function read(field: AnsweredField, raw: unknown, offered: OfferedOptions | undefined) {
  const options = offered?.options ?? [];
  const named = field.type === 'selection' && isOptionValue(raw) ? namedOptionOf(options, raw)?.const : undefined;
  return readAnswer(field, named ?? raw, options);
}
