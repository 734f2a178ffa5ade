import { deepFreeze } from '../../core/base/freeze.ts';
import { parseDocument } from '../../core/base/issues.ts';
import { type DocumentSchema, documentSchema } from '../../core/base/standard-schema.ts';
import type { Parsed } from '../../core/values/value.ts';
import { refusedDocument } from '../../errors.ts';
import { conversationMappingDocument } from './mapping-schema.ts';
import type { ConversationMapping } from './mapping-types.ts';

/** Reads a mapping for webhooks from untrusted JSON: frozen plain data, or every problem at once. Never throws. */
export function safeParseConversationMapping(json: unknown): Parsed<ConversationMapping> {
  const parsed = parseDocument(conversationMappingDocument(), json);
  return parsed.ok ? { ok: true, value: deepFreeze(parsed.value) } : parsed;
}

/**
 * As `safeParseConversationMapping`, for callers that can't go on without the mapping.
 *
 * @throws CrmSyncError `invalid_document`, category `configuration`, with every problem in `issues`.
 */
export function parseConversationMapping(json: unknown): ConversationMapping {
  const parsed = safeParseConversationMapping(json);
  if (!parsed.ok) throw refusedDocument('The mapping of the webhook', parsed.issues);
  return parsed.value;
}

/** The form of such a mapping, for settings pages and other validators. */
export const conversationMappingSchema = (): DocumentSchema<ConversationMapping> =>
  documentSchema(conversationMappingDocument(), safeParseConversationMapping);
