import type { Millis } from '../../core/values/value.ts';
import { CrmSyncError } from '../../errors.ts';
import type { Incoming } from '../incoming.ts';
import { sameSecret } from '../webhook/hmac.ts';
import { needSecret } from '../webhook/need-secret.ts';
import { readJson } from '../webhook/read-json.ts';
import { type Delivery, type Scheme, type WebhookOptions, webhookReader } from '../webhook/webhook-reader.ts';
import { fromVapi, type VapiOptions } from './from-vapi.ts';
import { planOf, readSignature, signatureFits, type VapiHmac, type VapiSignature } from './signature.ts';

export interface VapiWebhookOptions extends Omit<VapiOptions, 'now'>, WebhookOptions {
  /** The secret of the server at Vapi, or of its credential. Without one Vapi sends none, and anybody could post. */
  readonly secret: string;
  /** The header that carries the secret itself: that of a bearer credential, with or without `Bearer `. Default `x-vapi-secret`. */
  readonly header?: string;
  /** The plan of an HMAC credential, or `true` for its defaults: the secret then signs, and is not sent. */
  readonly hmac?: VapiHmac | true;
  /** How far the time of a signature may lie from ours, either way. Default five minutes; no matter without a signature. */
  readonly toleranceMs?: Millis;
  /** The address as Vapi has it, where a proxy changes it: only for a `payloadFormat` with `{url}`. */
  readonly publicUrl?: string;
}

/**
 * A reader for Vapi's server messages: checks the secret or the signature, then parses the body. Reads the body once; give
 * it the request before anything else does.
 *
 * The reader throws CrmSyncError of category `webhook`: `signature_missing`, `signature_malformed`, `signature_mismatch`,
 * `signature_stale`, `body_already_read`, `body_too_large`, `body_unreadable`, `body_not_json`, `payload_unreadable`,
 * `start_unknown`.
 *
 * Source: Vapi, "Server authentication".
 *
 * @throws CrmSyncError `secret_missing`, `invalid_option`, category `configuration`.
 */
export function vapiWebhook(given: VapiWebhookOptions): (request: Request) => Promise<Incoming> {
  const { secret, header = 'x-vapi-secret', hmac, publicUrl, toleranceMs = 300_000, ...options } = given;
  needSecret(secret, {
    code: 'secret_missing',
    name: 'secret of Vapi',
    option: 'secret',
    found: "the secret of the server URL's credential in Vapi's dashboard",
  });
  const parse = ({ body, at }: Delivery) => fromVapi(readJson(body, 'Vapi'), { ...options, now: at });
  return hmac === undefined
    ? webhookReader(secretScheme(secret, header), parse, { ...options, toleranceMs })
    : webhookReader(signatureScheme(secret, hmac === true ? {} : hmac, publicUrl), parse, { ...options, toleranceMs });
}

const MISSING =
  'Give the server URL at Vapi a credential, and check that this reader has the same kind: a secret in a header, or `hmac`. Vapi sends neither by default.';

function secretScheme(secret: string, header: string): Scheme<{ readonly given: string; readonly at?: never }> {
  if (!/^[\w-]+$/.test(header))
    throw new CrmSyncError('The option header cannot work.', {
      code: 'invalid_option',
      category: 'configuration',
      remedy: 'Give the name of a header, for example `authorization`.',
    });
  return {
    platform: 'Vapi',
    header,
    form: '<secret>',
    read: (value) => ({ given: value }),
    fits: async ({ given }) => (await sameSecret(given, secret)) || sameSecret(given.replace(/^Bearer\s+/i, ''), secret),
    missing: MISSING,
    mismatch: {
      message: `The secret in the header ${header} is another one.`,
      remedy: 'Check that `secret` is the one of the credential at Vapi. If it is, the request is not from Vapi: do not take it.',
    },
  };
}

function signatureScheme(secret: string, hmac: VapiHmac, publicUrl: string | undefined): Scheme<VapiSignature> {
  const plan = planOf(secret, hmac);
  return {
    platform: 'Vapi',
    header: plan.signatureHeader,
    form: `${plan.prefix}<${plan.encoding}> with its time in ${plan.timestampHeader}`,
    read: (header, headers) => readSignature(header, headers, plan),
    fits: (signature, body, { method, url }) => signatureFits(signature, { body, method, url: publicUrl ?? url }, plan),
    missing: MISSING,
    mismatch: {
      remedy:
        'Pass the raw body: JSON that was parsed and written again has other bytes. Check that `secret` and `hmac` are those of the credential at Vapi.',
    },
  };
}
