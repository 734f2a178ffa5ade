import type { Conversation } from '../../core/conversation/conversation.ts';
import { isWebLink } from '../../core/values/web-link.ts';
import { linkExpiry } from './signed-link.ts';

/** The link to a recording, and when it dies if it says so. Nothing for what is no link that people may click on. */
export function recordingOf(url: string | undefined): {
  readonly [Name in 'recordingUrl' | 'recordingExpiresAt']: Conversation[Name] | undefined;
} {
  const recordingUrl = url !== undefined && isWebLink(url) ? url : undefined;
  return { recordingUrl, recordingExpiresAt: recordingUrl === undefined ? undefined : linkExpiry(recordingUrl) };
}
