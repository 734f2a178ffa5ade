import { webhookError } from '../incoming.ts';

/** @throws CrmSyncError `body_not_json`. */
export function readJson(body: Uint8Array, platform: string): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch {
    throw webhookError('body_not_json', 'The body of the request is not JSON.', `Only let ${platform} post to this address.`);
  }
}
