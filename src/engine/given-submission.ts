import { listNames } from '../core/base/text.ts';
import type { BoundSubmission } from '../core/forms/bound-submission.ts';
import type { FormKind } from '../core/forms/log-form.ts';
import { parseSubmission } from '../core/forms/submission-schema.ts';
import { CrmSyncError } from '../errors.ts';

/**
 * What the host gives as a submission, checked: it may have been through a queue.
 *
 * @throws CrmSyncError `invalid_document`, `wrong_form_kind`.
 */
export function givenSubmission(submission: BoundSubmission | undefined, kinds: readonly FormKind[]): BoundSubmission | undefined {
  if (submission === undefined) return undefined;
  const given = parseSubmission(submission);
  if (kinds.includes(given.kind)) return given;
  throw new CrmSyncError('The submission is of another kind of form.', {
    code: 'wrong_form_kind',
    category: 'configuration',
    remedy: `Give the submission of a form of the kind ${listNames(kinds)}.`,
  });
}

export const LOG_FORMS = ['call', 'message'] as const;
