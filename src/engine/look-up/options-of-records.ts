import type { LoadFailure } from '../../core/forms/form-input.ts';
import type { LoadedOption } from '../../core/forms/log-form.ts';
import type { CrmSyncError } from '../../errors.ts';
import type { Related } from '../../ports/related.ts';
import type { Context } from '../context.ts';
import type { Session } from '../session.ts';
import { untilAborted } from '../until-aborted.ts';
import { failureOf, type Limits } from './failure.ts';
import type { Match } from './match.ts';

/** Most options of one record and name. A person looks through no more, and where there are more the form says so. */
export const OPTIONS_MAX = 100;

export interface RecordOptions {
  readonly options: Readonly<Record<string, readonly LoadedOption[] | LoadFailure>>;
  readonly more: readonly string[];
  readonly because: NonNullable<Match['because']>;
}

interface OptionsQuery {
  readonly object: string;
  readonly ids: readonly string[];
  readonly names: readonly string[];
  /** Why the CRM can't be asked. */
  readonly refusal: CrmSyncError | null;
}

/** What these records are tied to, by record: asked for all of them at once. A name that was not answered has failed; never throws for it. */
export async function optionsOfRecords(
  context: Context,
  session: Session,
  { object, ids, names, refusal }: OptionsQuery,
  limits: Limits,
): Promise<(recordId: string) => RecordOptions> {
  const answers = new Map<string, Related>();
  let failure = refusal;
  const { related, capabilities } = context.connector;
  const most = capabilities.relatedBatchMax ?? 1;
  for (let start = 0; start < ids.length && names.length > 0 && related !== undefined && failure === null; start += most) {
    const asked = related({ object, ids: ids.slice(start, start + most), to: names, limit: OPTIONS_MAX }, session.call)[
      Symbol.asyncIterator
    ]();
    try {
      for (;;) {
        const next = await untilAborted(limits.signal, asked.next());
        if (next.done === true) break;
        answers.set(placeOf(next.value.of, next.value.to), next.value);
      }
    } catch (error) {
      failure = failureOf(error, limits);
    }
  }
  return (recordId) => {
    const told = names.map((name) => [name, answers.get(placeOf(recordId, name))] as const);
    return {
      options: Object.fromEntries(told.map(([name, answer]) => [name, listOf(answer, failure?.code ?? 'not_answered')])),
      more: told.flatMap(([name, answer]) => (answer !== undefined && 'options' in answer && answer.more === true ? [name] : [])),
      because: Object.fromEntries(
        told.flatMap(([name, answer]) => (answer !== undefined && 'options' in answer && answer.because ? [[name, answer.because]] : [])),
      ),
    };
  };
}

const placeOf = (recordId: string, name: string): string => JSON.stringify([recordId, name]);

function listOf(answer: Related | undefined, code: string): readonly LoadedOption[] | LoadFailure {
  if (answer === undefined) return { failed: true, code };
  return 'options' in answer ? answer.options : { failed: true, code: answer.code };
}
