import type { Incoming } from '../incoming.ts';
import { needSecret } from '../webhook/need-secret.ts';
import { readJson } from '../webhook/read-json.ts';
import { type Delivery, type WebhookOptions, webhookReader } from '../webhook/webhook-reader.ts';
import { type BlandOptions, fromBland } from './from-bland.ts';
import { readSignature, signatureFits } from './signature.ts';

export interface BlandWebhookOptions extends Omit<BlandOptions, 'now'>, WebhookOptions {
  /** The signing secret of the account. Bland signs nothing until one is made. */
  readonly secret: string;
}

/**
 * A reader for Bland's post-call webhooks: checks the signature over the body, then parses it. Reads the body once; give it
 * the request before anything else does. The signature has no time, so that a request which somebody recorded can come again:
 * it is the same conversation then, and changes nothing.
 *
 * The reader throws CrmSyncError of category `webhook`: `signature_missing`, `signature_malformed`, `signature_mismatch`,
 * `body_already_read`, `body_too_large`, `body_unreadable`, `body_not_json`, `payload_unreadable`.
 *
 * Source: Bland, "Webhook signing".
 *
 * @throws CrmSyncError `secret_missing`, category `configuration`.
 */
export function blandWebhook({ secret, ...options }: BlandWebhookOptions): (request: Request) => Promise<Incoming> {
  needSecret(secret, {
    code: 'secret_missing',
    name: 'signing secret of Bland',
    option: 'secret',
    found: "the webhook signing secret of the account in Bland's dashboard",
  });
  const scheme = {
    platform: 'Bland',
    header: 'x-webhook-signature',
    form: '<64 hex digits>',
    read: readSignature,
    fits: ({ digest }: NonNullable<ReturnType<typeof readSignature>>, body: Uint8Array) => signatureFits(body, digest, secret),
    missing: "Make a webhook signing secret in Bland's dashboard: without one Bland signs nothing. Let proxies pass the header on.",
    mismatch: {
      remedy: "Check that `secret` is the account's webhook signing secret. If it is, the request is not from Bland: do not take it.",
    },
  };
  const parse = ({ body, at }: Delivery) => fromBland(readJson(body, 'Bland'), { ...options, now: at });
  return webhookReader(scheme, parse, options);
}
