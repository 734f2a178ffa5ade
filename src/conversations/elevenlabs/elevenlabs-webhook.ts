import type { Millis } from '../../core/values/value.ts';
import type { Incoming } from '../incoming.ts';
import { needSecret } from '../webhook/need-secret.ts';
import { readJson } from '../webhook/read-json.ts';
import { type Delivery, type Scheme, type WebhookOptions, webhookReader } from '../webhook/webhook-reader.ts';
import { type ElevenLabsOptions, fromElevenLabs } from './from-elevenlabs.ts';
import { type ElevenLabsSignature, readSignature, signatureFits } from './signature.ts';

export interface ElevenLabsWebhookOptions extends Omit<ElevenLabsOptions, 'now'>, WebhookOptions {
  /** The secret of the webhook, `wsec_…`, which ElevenLabs shows once when it is made. */
  readonly secret: string;
  /** How far the time of the signature may lie from ours, either way. Default thirty minutes, as ElevenLabs' own SDK has it. */
  readonly toleranceMs?: Millis;
}

const schemeOf = (secret: string): Scheme<ElevenLabsSignature> => ({
  platform: 'ElevenLabs',
  header: 'elevenlabs-signature',
  form: 't=…,v0=…',
  read: readSignature,
  fits: (signature, body) => signatureFits(body, signature, secret),
  missing: 'Choose HMAC as the authentication of the webhook at ElevenLabs, and let proxies pass the header on.',
  mismatch: {
    remedy:
      'Pass the raw body: JSON that was parsed and written again has other bytes. Check that `secret` is the one of this webhook at ElevenLabs.',
  },
});

/**
 * A reader for ElevenLabs' post-call webhooks: checks signature and age over the raw body, then parses it. Reads the body
 * once; give it the request before anything else does. Answer with status 200, which is the only one that ElevenLabs takes
 * for success.
 *
 * The reader throws CrmSyncError of category `webhook`: `signature_missing`, `signature_malformed`, `signature_mismatch`,
 * `signature_stale`, `body_already_read`, `body_too_large` (audio, for one), `body_unreadable`, `body_not_json`,
 * `payload_unreadable`.
 *
 * Source: ElevenLabs, "Post-call webhooks"; @elevenlabs/elevenlabs-js 2.73, wrapper/webhooks.js.
 *
 * @throws CrmSyncError `secret_missing`, category `configuration`.
 */
export function elevenLabsWebhook({
  secret,
  toleranceMs = 1_800_000,
  ...options
}: ElevenLabsWebhookOptions): (request: Request) => Promise<Incoming> {
  needSecret(secret, {
    code: 'secret_missing',
    name: 'secret of ElevenLabs',
    option: 'secret',
    found: 'the secret of the webhook, which ElevenLabs shows once when the webhook is made',
  });
  const parse = ({ body, at }: Delivery) => fromElevenLabs(readJson(body, 'ElevenLabs'), { ...options, now: at });
  return webhookReader(schemeOf(secret), parse, { ...options, toleranceMs });
}
