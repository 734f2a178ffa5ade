import { own } from '../../core/base/own.ts';
import type { FormInput, LoadFailure } from '../../core/forms/form-input.ts';
import type { LogField, LogForm } from '../../core/forms/log-form.ts';
import { membersOf } from '../../core/mapping/rule-schema.ts';
import type { Context } from '../context.ts';
import { type LoadOptionsInput, loadOptions } from '../forms/load-options.ts';
import type { Session } from '../session.ts';

export type HostOptions = Pick<FormInput, 'loaded' | 'account' | 'more'>;

/** A log does not wait longer for them. */
const TIME_MAX_MS = 3_000;

/** What the fields of a form need that neither it nor the CRM has; each list that could not be loaded is a `LoadFailure`. */
export async function hostOptions(
  { options }: Context,
  { signal, timeLeftMs }: Session,
  form: LogForm,
  input: Pick<LoadOptionsInput, 'match' | 'context' | 'stored' | 'answers'>,
): Promise<HostOptions> {
  if (form.fields.every((field) => placeOf(field) === undefined)) return {};
  const timeLimitMs = Math.min(timeLeftMs ?? TIME_MAX_MS, TIME_MAX_MS);
  const { loaded, account, more } = await loadOptions(form, { ...input, ...options.formOptions, timeLimitMs, signal });
  return { loaded, account, more };
}

/** Why a field has no options from the host; undefined: it has them, or takes none from there. */
export function notLoaded(field: LogField, host: HostOptions): { readonly code: string; readonly remedy: string } | undefined {
  const place = placeOf(field);
  const list = place === undefined ? undefined : own(host[place.from] ?? {}, place.name);
  const { failed, code } = membersOf(list) as Partial<LoadFailure>;
  if (failed !== true || code === undefined) return undefined;
  return { code, remedy: code === 'no_loader' ? NO_LOADER : FAILED };
}

const NO_LOADER = 'Load its options with `formOptions` of the engine, or leave the field out of `logForms`.';
const FAILED = 'See why its loader fails; to answer the field, log the conversation with a submission.';

/** Where the options of a field are among the host's. */
function placeOf(field: LogField): { readonly from: 'loaded' | 'account'; readonly name: string } | undefined {
  if (field.type !== 'selection') return undefined;
  if (field.dynamicOptions === true) return { from: 'loaded', name: field.key };
  const { account } = membersOf(field.options);
  return typeof account === 'string' ? { from: 'account', name: account } : undefined;
}
