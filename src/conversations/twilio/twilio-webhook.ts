import { CrmSyncError } from '../../errors.ts';
import type { Incoming } from '../incoming.ts';
import { type Bytes, bytesOfBase64 } from '../webhook/bytes.ts';
import { needSecret } from '../webhook/need-secret.ts';
import { readForm } from '../webhook/read-form.ts';
import { type Delivery, type Scheme, type WebhookOptions, webhookReader } from '../webhook/webhook-reader.ts';
import { fromTwilio, type TwilioOptions } from './from-twilio.ts';
import { signatureFits } from './signature.ts';

export interface TwilioWebhookOptions extends Omit<TwilioOptions, 'now'>, WebhookOptions {
  /** The primary auth token of the account that sends, which for a subaccount is its own. API keys do not sign. */
  readonly authToken: string;
  /**
   * The address as Twilio has it, where a proxy changes scheme, host or path: it is part of what is signed. Without a
   * query it takes that of the request. Default: the address of the request.
   */
  readonly publicUrl?: string;
}

/**
 * A reader for Twilio's webhooks: checks the signature over address and form, then reads the form. Reads the body once;
 * give it the request before anything else does. Twilio signs no time, so a request can be repeated by who saw it: every
 * effect of a conversation happens once all the same.
 *
 * The reader throws CrmSyncError of category `webhook`: `signature_missing`, `signature_malformed`, `signature_mismatch`,
 * `body_already_read`, `body_too_large`, `body_unreadable`, `payload_unreadable`.
 *
 * Source: Twilio, "Webhooks security".
 *
 * @throws CrmSyncError `auth_token_missing`, `invalid_option`, category `configuration`.
 */
export function twilioWebhook({ authToken, publicUrl, ...options }: TwilioWebhookOptions): (request: Request) => Promise<Incoming> {
  needSecret(authToken, {
    code: 'auth_token_missing',
    name: 'Twilio auth token',
    option: 'authToken',
    found: "the primary auth token of the account, in Twilio's console",
  });
  if (publicUrl !== undefined && !/^https?:$/.test(URL.canParse(publicUrl) ? new URL(publicUrl).protocol : ''))
    throw new CrmSyncError('The option publicUrl is no address.', {
      code: 'invalid_option',
      category: 'configuration',
      remedy: 'Give the whole address of the webhook as Twilio has it, for example `https://example.com/hooks/twilio`.',
    });
  const parse = ({ body, at, request }: Delivery) => fromTwilio(formOf(request, body), { ...options, now: at });
  return webhookReader(schemeOf(authToken, publicUrl), parse, options);
}

interface Signature {
  readonly digest: Bytes;
  readonly at?: never;
}

/** A webhook that Twilio gets rather than posts has its fields in the query, and signs nothing besides. */
const formOf = (request: Request, body: Uint8Array): URLSearchParams =>
  request.method === 'GET' ? new URL(request.url).searchParams : readForm(body);

const schemeOf = (authToken: string, publicUrl: string | undefined): Scheme<Signature> => ({
  platform: 'Twilio',
  header: 'x-twilio-signature',
  form: '<base64>',
  read: (header) => {
    const digest = bytesOfBase64(header.trim());
    return digest === undefined ? undefined : { digest };
  },
  fits: ({ digest }, body, request) => {
    const form = request.method === 'GET' ? new URLSearchParams() : readForm(body);
    return signatureFits(digest, form, { url: addressOf(request, publicUrl), authToken });
  },
  mismatch: {
    message: 'The signature does not fit address and form.',
    remedy:
      'Give `publicUrl`, the address exactly as Twilio has it, if a proxy changes it. Check that `authToken` is the primary auth token of the account that sends.',
  },
});

function addressOf(request: Request, publicUrl: string | undefined): string {
  if (publicUrl === undefined) return request.url;
  return publicUrl.includes('?') ? publicUrl : `${publicUrl}${new URL(request.url).search}`;
}
