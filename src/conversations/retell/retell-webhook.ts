import type { Millis } from '../../core/values/value.ts';
import type { Incoming } from '../incoming.ts';
import { needSecret } from '../webhook/need-secret.ts';
import { readJson } from '../webhook/read-json.ts';
import { type Scheme, type WebhookOptions, webhookReader } from '../webhook/webhook-reader.ts';
import { fromRetell, type RetellOptions } from './from-retell.ts';
import { type RetellSignature, readSignature, signatureFits } from './signature.ts';

export interface RetellWebhookOptions extends Omit<RetellOptions, 'now'>, WebhookOptions {
  /** The API key that has the "webhook" badge in Retell's dashboard: no other one signs. */
  readonly apiKey: string;
  /** How far the time of the signature may lie from ours, either way. Default five minutes, as Retell's own SDK has it. */
  readonly toleranceMs?: Millis;
}

const schemeOf = (apiKey: string): Scheme<RetellSignature> => ({
  platform: 'Retell',
  header: 'x-retell-signature',
  form: 'v=…,d=…',
  read: readSignature,
  fits: (signature, body) => signatureFits(body, signature, apiKey),
  mismatch: {
    remedy:
      "Pass the raw body: JSON that was parsed and written again has other bytes. Check that `apiKey` is the key with the webhook badge in Retell's dashboard.",
  },
});

/**
 * A reader for Retell's webhook requests: checks signature and age over the raw body, then parses it. Reads the body
 * once; give it the request before anything else does. A call without a start begins when the request was signed.
 *
 * The reader throws CrmSyncError of category `webhook`: `signature_missing`, `signature_malformed`, `signature_mismatch`,
 * `signature_stale`, `body_already_read`, `body_too_large`, `body_unreadable`, `body_not_json`, `payload_unreadable`.
 *
 * Source: Retell, "Secure the webhook"; retell-sdk 5.66, lib/webhook_auth.js.
 *
 * @throws CrmSyncError `api_key_missing`, category `configuration`.
 */
export function retellWebhook({
  apiKey,
  toleranceMs = 300_000,
  ...options
}: RetellWebhookOptions): (request: Request) => Promise<Incoming> {
  needSecret(apiKey, {
    code: 'api_key_missing',
    name: 'Retell API key',
    option: 'apiKey',
    found: "the key with the webhook badge in Retell's dashboard",
  });
  const parse = ({ body, at }: { readonly body: Uint8Array; readonly at: Millis }) =>
    fromRetell(readJson(body, 'Retell'), { ...options, now: at });
  return webhookReader(schemeOf(apiKey), parse, { ...options, toleranceMs });
}
