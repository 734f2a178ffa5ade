import { refusedDocument } from '../../errors.ts';
import { deepFreeze } from '../base/freeze.ts';
import { parseDocument } from '../base/issues.ts';
import { type DocumentSchema, documentSchema } from '../base/standard-schema.ts';
import type { Parsed } from '../values/value.ts';
import { describeFormIssue, formDocument } from './form-schema.ts';
import type { LogForm } from './log-form.ts';

/**
 * Reads a form from untrusted JSON: frozen plain data, or every problem at once with its path, our own code and what to
 * do. Any key that is not known is refused. Never throws.
 *
 * @example
 * safeParseLogForm({ kind: 'call', fields: [{ key: 'deal', title: 'Deal', type: 'selection' }] }).issues[0].code //=> 'missing_options'
 */
export function safeParseLogForm(json: unknown): Parsed<LogForm> {
  const parsed = parseDocument(formDocument(), json, describeFormIssue);
  return parsed.ok ? { ok: true, value: deepFreeze(parsed.value) } : parsed;
}

/**
 * As `safeParseLogForm`, for callers that can't go on without the form.
 *
 * @throws CrmSyncError `invalid_document` with every problem in `issues`.
 */
export function parseLogForm(json: unknown): LogForm {
  const parsed = safeParseLogForm(json);
  if (!parsed.ok) throw refusedDocument('The form', parsed.issues);
  return parsed.value;
}

/**
 * A form for the log of a call or of messages, or for a new contact: what is shown, where options come from, and where
 * each answer goes. Checked at once; the keys and options type the answers of `bindSubmission`.
 *
 * @throws CrmSyncError `invalid_document` with every problem in `issues`.
 *
 * @example
 * defineLogForm({ kind: 'call', fields: [{ key: 'follow_up', title: 'Follow up?', type: 'checkbox' }] }).fields[0].key //=> 'follow_up'
 */
export const defineLogForm = <const F extends LogForm>(form: F): F => parseLogForm(form) as F;

/** The form of a form, for settings pages and other validators. */
export const logFormSchema = (): DocumentSchema<LogForm> => documentSchema(formDocument(), safeParseLogForm);
