import { own } from '../../core/base/own.ts';
import type { FormInput, LoadFailure } from '../../core/forms/form-input.ts';
import type { LoadedOption, LogForm, OptionValue, SelectionField } from '../../core/forms/log-form.ts';
import { isOptionValue, readOptions } from '../../core/forms/read-options.ts';
import { resolveLogForm } from '../../core/forms/resolve-log-form.ts';
import { membersOf } from '../../core/mapping/rule-schema.ts';
import type { Millis } from '../../core/values/value.ts';
import { isCrmSyncError } from '../../errors.ts';
import { untilAborted } from '../until-aborted.ts';
import { type AccountLists, noLoader } from './account-lists.ts';
import type { OptionLoader, OptionsPage, OptionsRequest } from './option-loader.ts';

export interface LoadOptionsInput extends Pick<FormInput, 'match' | 'context' | 'contactType' | 'stored'> {
  /** By key of the field with `dynamicOptions`. */
  readonly loaders?: Readonly<Record<string, OptionLoader>>;
  readonly account?: Pick<AccountLists, 'get'>;
  /** What was answered so far, so that an answer from a later page is known again. */
  readonly answers?: Readonly<Record<string, unknown>>;
  /** What a person typed, by key of the field. */
  readonly search?: Readonly<Record<string, string>>;
  /** `next` of the page before, by key of the field. */
  readonly after?: Readonly<Record<string, string>>;
  /** Most options of one field. Default 100. */
  readonly limit?: number;
  /** What has not come by then has failed. Default: it is waited for. */
  readonly timeLimitMs?: Millis;
  /** Nobody waits any more: everything is given up. */
  readonly signal?: AbortSignal;
}

/** What a form takes of it, as it is. `next`: where the next page of a field begins. */
export interface LoadedOptions extends Required<Pick<FormInput, 'loaded' | 'account' | 'more'>> {
  readonly next: Readonly<Record<string, string>>;
}

/**
 * Loads what the fields of a form need and a match does not bring: pages of `dynamicOptions`, and the account's lists. All at once, each
 * once; one that fails, or takes too long, fails alone. Keeps nothing and tries nothing twice.
 *
 * @throws only the reason of `signal`.
 */
export async function loadOptions(form: LogForm, input: LoadOptionsInput): Promise<LoadedOptions> {
  const { match = null, context, contactType: chosen, loaders = {}, account, limit = 100, timeLimitMs, signal: caller } = input;
  caller?.throwIfAborted();
  const limits = [caller, timeLimitMs === undefined ? undefined : AbortSignal.timeout(timeLimitMs)].filter((one) => one !== undefined);
  const signal = AbortSignal.any(limits);
  const { contactType } = resolveLogForm(form, { match, context, ...(chosen !== undefined && { contactType: chosen }) });
  const selections = form.fields.filter((field): field is SelectionField => field.type === 'selection');
  const attempt = async <T>(work: () => Promise<T>): Promise<T | LoadFailure> => {
    try {
      return await untilAborted(signal, startOf(work));
    } catch (error) {
      caller?.throwIfAborted();
      return { failed: true, code: signal.aborted ? 'out_of_time' : isCrmSyncError(error) ? error.code : 'load_failed' };
    }
  };

  const pages = selections
    .filter((field) => field.dynamicOptions === true)
    .map(async ({ key }) => {
      const request: OptionsRequest = {
        field: key,
        kind: form.kind,
        context,
        contactType,
        match,
        search: textOf(own(input.search ?? {}, key)),
        after: textOf(own(input.after ?? {}, key)),
        limit,
        include: [own(input.answers ?? {}, key), own(input.stored ?? {}, key)].filter(isAnswer),
        signal,
      };
      return [key, await attempt(async () => readPage(await loaderOf(loaders, key)(request)))] as const;
    });
  const names = new Set(selections.flatMap(({ options }) => (options !== undefined && 'account' in options ? [options.account] : [])));
  const lists = [...names].map(async (name) => {
    if (account === undefined) return [name, await attempt(() => Promise.reject(noLoader(name)))] as const;
    return [name, await attempt(() => account.get(name, { signal }))] as const;
  });

  const [loaded, told] = await Promise.all([Promise.all(pages), Promise.all(lists)]);
  const next = loaded.flatMap(([key, page]) => ('next' in page && page.next !== undefined ? [[key, page.next] as const] : []));
  return {
    loaded: Object.fromEntries(loaded.map(([key, page]) => [key, 'options' in page ? page.options : page])),
    account: Object.fromEntries(told),
    more: next.map(([key]) => key),
    next: Object.fromEntries(next),
  };
}

/** A loader may throw before it makes a promise. */
const startOf = async <T>(work: () => Promise<T>): Promise<T> => work();

const textOf = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null);
const isAnswer = (value: unknown): value is OptionValue => isOptionValue(value) && value !== 'none';

function loaderOf(loaders: Readonly<Record<string, OptionLoader>>, key: string): OptionLoader {
  const loader = own(loaders, key);
  if (loader === undefined) throw noLoader(key);
  return loader;
}

/** A page that is none has failed, and is not taken for an empty one. */
function readPage(page: OptionsPage): { readonly options: readonly LoadedOption[]; readonly next?: string } {
  const { options, next } = membersOf(page);
  if (!Array.isArray(options)) throw new TypeError('A page has no list of options.');
  return { options: readOptions(options), ...(typeof next === 'string' && next !== '' && { next }) };
}
