import * as z from 'zod';
import { lazy } from '../../core/base/lazy.ts';
import { jsonOf } from '../../http/answers.ts';

const text = lazy(() => z.string().nullish().catch(null));
const words = lazy(() => z.record(z.string(), z.array(z.string()).catch([])).catch({}));
const wireComplaint = lazy(() =>
  z.object({
    category: text(),
    message: text(),
    policyName: text(),
    context: words().optional(),
    errors: z
      .array(z.object({ code: text(), context: words().optional() }))
      .nullish()
      .catch(null),
  }),
);
const listedProblems = lazy(() => z.array(z.object({ error: z.string(), name: text() })));

/** What is wrong with one property. */
export interface Problem {
  /** `INVALID_OPTION`; as documented. */
  readonly code: string;
  readonly property: string | null;
}

/** What an answer, or one item of a batch, complains of. Messages stay inside this folder: they quote values. */
export interface Complaint {
  /** `VALIDATION_ERROR`; '' where there is none. */
  readonly category: string;
  readonly problems: readonly Problem[];
  /** The limit that was reached: `DAILY`, `TEN_SECONDLY_ROLLING`, `SECONDLY`; '' where nothing says which. */
  readonly policy: string;
  readonly message: string;
  readonly context: Readonly<Record<string, readonly string[]>>;
  /** One of them is enough. */
  readonly scopes: readonly string[];
}

/** Null for anything that is no error body, such as the page of a proxy. Every member of one may be missing. */
export function complaintOf(json: unknown): Complaint | null {
  const parsed = wireComplaint().safeParse(json);
  if (!parsed.success) return null;
  const { category, message, policyName, context, errors } = parsed.data;
  if (category == null && message == null && policyName == null && !errors?.length) return null;
  const contexts = [context ?? {}, ...(errors ?? []).map((error) => error.context ?? {})];
  return {
    category: category ?? '',
    problems: problemsOf(errors ?? [], message ?? ''),
    policy: policyName ?? policyOf(message ?? ''),
    message: message ?? '',
    context: context ?? {},
    scopes: contexts.flatMap((each) => ['requiredGranularScopes', 'requiredScopes', 'missingScopes'].flatMap((key) => each[key] ?? [])),
  };
}

/** The message of a limit without a `policyName` names it all the same: `You have reached your secondly limit.` */
const policyOf = (message: string): string => (/reached your (\w+) limit/.exec(message)?.[1] ?? '').toUpperCase();

const LISTED = 'Property values were not valid: ';

/** In `errors`, or (in items of a batch) as JSON inside the message. */
function problemsOf(
  errors: readonly { readonly code?: string | null | undefined; readonly context?: Complaint['context'] | undefined }[],
  message: string,
): readonly Problem[] {
  const coded = errors.flatMap(({ code, context }) => (code ? [{ code, property: context?.['propertyName']?.[0] ?? null }] : []));
  if (coded.length > 0 || !message.startsWith(LISTED)) return coded;
  const listed = listedProblems().safeParse(jsonOf(message.slice(LISTED.length)));
  return listed.success ? listed.data.map(({ error, name }) => ({ code: error, property: name ?? null })) : [];
}
