import type { Conversation } from '../core/conversation/conversation.ts';
import { CrmSyncError } from '../errors.ts';

/**
 * `not_final`: ended, its analysis is still to come. `part_of_another`: a leg of a call that is delivered itself.
 * `other_event`: nothing that this package acts on.
 */
export type IgnoredReason = 'not_final' | 'part_of_another' | 'other_event';

/** What a platform's webhook brought. Answer an ignored one with success, or the platform delivers it again. */
export type Incoming =
  | { readonly kind: 'conversation'; readonly conversation: Conversation }
  | { readonly kind: 'ignored'; readonly reason: IgnoredReason; readonly event?: string };

export type WebhookCode =
  | 'signature_missing'
  | 'signature_malformed'
  | 'signature_mismatch'
  | 'signature_stale'
  | 'body_already_read'
  | 'body_too_large'
  | 'body_unreadable'
  | 'body_not_json'
  | 'payload_unreadable'
  | 'start_unknown';

/** A request that is not taken. Its texts never hold anything of the body. */
export const webhookError = (code: WebhookCode, message: string, remedy: string, retryable = false): CrmSyncError =>
  new CrmSyncError(message, { code, category: 'webhook', remedy, retryable });
