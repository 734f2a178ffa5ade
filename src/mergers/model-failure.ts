import { CrmSyncError } from '../errors.ts';

/** Why an endpoint gave no answer that a merge could be in. */
export interface ModelFailure {
  /** Null: no answer came. */
  readonly status: number | null;
  /** The endpoint's own code, such as `insufficient_quota`. */
  readonly code: string | null;
  readonly retryAfterMs: number | null;
}

type Meaning = readonly [code: string, retryable: boolean, message: string, remedy: string];

const SPENT: Meaning = [
  'merge_quota_spent',
  false,
  'The account of the model has no credit left.',
  'Add credit to the account of the model, or raise its limit; the texts are kept until then.',
];
const BY_STATUS: Readonly<Record<number, Meaning>> = {
  401: ['merge_key_refused', false, 'The model does not accept the key.', 'Give the merger a key that is valid.'],
  402: SPENT,
  403: ['merge_forbidden', false, 'The key may not use this model.', 'Give the key access to the model, or name another model.'],
  404: ['merge_not_found', false, 'There is no such model or endpoint.', 'Correct `baseUrl` and `model` of the merger.'],
  429: ['merge_rate_limited', true, 'The model takes no more questions for now.', 'Nothing to do: the texts are kept and merged later.'],
};
const UNAVAILABLE: Meaning = [
  'merge_unavailable',
  true,
  'The model could not answer.',
  'Nothing to do: the texts are kept and merged later; if it lasts, look at the status page of the model.',
];
const UNANSWERED: Meaning = [
  'merge_no_answer',
  true,
  'The model gave no answer.',
  'Check that this machine reaches the model over the network; the texts are kept and merged later.',
];
const BAD_REQUEST: Meaning = [
  'merge_request_refused',
  false,
  'The model refused the form of the question.',
  'Compare the options of the merger with what the endpoint supports: `structuredOutput`, `body`.',
];

/** A limit of money has the status of a limit of speed. */
const MONEY = /quota|credit|billing|balance/i;

/** What a failure of an endpoint means. Its own words are not shown: they may repeat the texts. */
export function mergeError({ status, code, retryAfterMs }: ModelFailure): CrmSyncError {
  const [ours, retryable, message, remedy] = meaningOf(status, code);
  return new CrmSyncError(status === null ? message : `${message} (Status ${status}.)`, {
    code: ours,
    category: 'merge',
    retryable,
    retryAfterMs: retryable ? retryAfterMs : null,
    remedy,
  });
}

function meaningOf(status: number | null, code: string | null): Meaning {
  if (status === null) return UNANSWERED;
  if (code !== null && MONEY.test(code)) return SPENT;
  if (status >= 500 || status === 408 || status === 409) return UNAVAILABLE;
  return BY_STATUS[status] ?? BAD_REQUEST;
}

export const timedOut = (): CrmSyncError =>
  new CrmSyncError('The model did not answer in time.', {
    code: 'merge_timeout',
    category: 'merge',
    retryable: true,
    remedy: 'Nothing to do: the texts are kept and merged later; if it lasts, allow more time or use a faster model.',
  });
