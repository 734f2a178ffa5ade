import * as z from 'zod';
import { refusedDocument } from '../../errors.ts';
import { deepFreeze } from '../base/freeze.ts';
import { parseDocument } from '../base/issues.ts';
import { lazy } from '../base/lazy.ts';
import { ownFieldSchema } from '../mapping/crm-path.ts';
import type { Parsed } from '../values/value.ts';
import type { BoundSubmission } from './bound-submission.ts';
import { FORM_CONTEXTS, FORM_KINDS } from './log-form.ts';

const name = lazy(() => z.string().min(1).max(200));
const answer = lazy(() => z.union([z.string(), z.number(), z.boolean()]));
const place = lazy(() =>
  z.union([
    z.strictObject({ association: name() }),
    z.strictObject({ activityField: ownFieldSchema() }),
    z.strictObject({ recordField: ownFieldSchema() }),
  ]),
);
const write = lazy(() =>
  z.discriminatedUnion('action', [
    z.strictObject({ key: name(), to: place(), previous: answer().optional(), action: z.literal('set'), value: answer() }),
    z.strictObject({ key: name(), to: place(), previous: answer().optional(), action: z.literal('clear') }),
  ]),
);
const bound = lazy(() =>
  z.discriminatedUnion('action', [
    z.strictObject({ action: z.literal('set'), value: answer(), source: z.string() }),
    z.strictObject({ action: z.literal('clear') }),
    z.strictObject({ action: z.literal('untouched') }),
  ]),
);

const submissionDocument = lazy((): z.ZodType<BoundSubmission> => {
  const document = z.strictObject({
    kind: z.enum(FORM_KINDS),
    context: z.enum(FORM_CONTEXTS),
    record: z.strictObject({ object: name(), recordId: name() }).optional(),
    contactType: z.string().nullable(),
    answers: z.record(z.string(), bound()),
    metadata: z.record(z.string(), answer()),
    writes: z.array(write()).max(1_000),
  });
  return document as z.ZodType as z.ZodType<BoundSubmission>;
});

/** Reads a submission that `bindSubmission` has made, after a queue or a database: frozen, or every problem at once. Never throws. */
export function safeParseSubmission(json: unknown): Parsed<BoundSubmission> {
  const parsed = parseDocument(submissionDocument(), json);
  return parsed.ok ? { ok: true, value: deepFreeze(parsed.value) } : parsed;
}

/**
 * As `safeParseSubmission`, for callers that can't go on without it.
 *
 * @throws CrmSyncError `invalid_document` with every problem in `issues`.
 */
export function parseSubmission(json: unknown): BoundSubmission {
  const parsed = safeParseSubmission(json);
  if (!parsed.ok) throw refusedDocument('The submission', parsed.issues);
  return parsed.value;
}
