import type { Millis } from '../../../core/values/value.ts';
import { CrmSyncError } from '../../../errors.ts';
import { readBytes, TooLarge } from '../../../http/read-text.ts';
import { systemClock } from '../../../ports/system-clock.ts';
import { eventsOf, type HubSpotEvent, type RecordToPull, recordsOf } from './events.ts';
import { readSignature, signatureFits } from './signature.ts';

export type { HubSpotEvent, RecordToPull } from './events.ts';

export interface HubSpotWebhookOptions {
  /** Of the app that the webhook belongs to. */
  readonly clientSecret: string;
  /** The URL that HubSpot was given, where a proxy gives the request another one. */
  readonly url?: string;
  /** How far the time of the request may lie from ours, either way. Default five minutes, as HubSpot asks. */
  readonly toleranceMs?: Millis;
  /** A larger body is refused before it is read to its end. Default 5 MB. */
  readonly bodyBytesMax?: number;
  /** Default: the machine's clock. */
  readonly clock?: { now(): Millis };
}

/** Answer both with success within five seconds, or HubSpot delivers again. */
export type HubSpotDelivery =
  | {
      readonly kind: 'records';
      /** For `pull({ records })` of the connection to `account`. */
      readonly records: readonly RecordToPull[];
      readonly events: readonly HubSpotEvent[];
    }
  | { readonly kind: 'ignored'; readonly reason: 'no_records' };

const SIGNATURE = 'x-hubspot-signature-v3';
const TIMESTAMP = 'x-hubspot-request-timestamp';

/**
 * A reader for HubSpot's webhook requests: checks signature (version 3) and age over the raw body, then tells which records
 * to pull. Reads the body once; give it the request before anything else does.
 *
 * The reader throws CrmSyncError of category `webhook`: `signature_missing`, `signature_malformed`, `signature_mismatch`,
 * `signature_stale`, `body_already_read`, `body_too_large`, `body_unreadable`, `body_not_json`, `payload_unreadable`.
 *
 * Source: HubSpot developer docs, "Validating requests" and "Webhooks".
 *
 * @throws CrmSyncError `client_secret_missing`, category `configuration`.
 */
export function hubspotWebhook({
  clientSecret,
  url,
  toleranceMs = 300_000,
  bodyBytesMax = 5_000_000,
  clock = systemClock,
}: HubSpotWebhookOptions): (request: Request) => Promise<HubSpotDelivery> {
  if (typeof clientSecret !== 'string' || clientSecret === '')
    throw new CrmSyncError('The client secret of the HubSpot app is missing.', {
      code: 'client_secret_missing',
      category: 'configuration',
      remedy: "Give `clientSecret`: it stands in the app's settings in HubSpot. Check that its environment variable is set.",
    });
  return async (request) => {
    const [header, timestamp] = [request.headers.get(SIGNATURE), request.headers.get(TIMESTAMP)?.trim()];
    if (header === null || timestamp === undefined) throw refused('signature_missing');
    const signature = readSignature(header);
    if (signature === null || !/^\d{1,15}$/.test(timestamp)) throw refused('signature_malformed');
    const body = await bodyOf(request, bodyBytesMax);
    if (!(await signatureFits({ method: request.method, url: url ?? request.url, body, timestamp }, signature, clientSecret)))
      throw refused('signature_mismatch');
    if (!(Math.abs(clock.now() - Number(timestamp)) <= toleranceMs)) throw refused('signature_stale');
    const events = eventsOf(jsonOf(body));
    if (events === null) throw refused('payload_unreadable');
    return events.length === 0 ? { kind: 'ignored', reason: 'no_records' } : { kind: 'records', records: recordsOf(events), events };
  };
}

async function bodyOf(request: Request, bodyBytesMax: number): Promise<Uint8Array<ArrayBuffer>> {
  if (request.bodyUsed || request.body?.locked === true) throw refused('body_already_read');
  if (Number(request.headers.get('content-length')) > bodyBytesMax) throw refused('body_too_large');
  try {
    return await readBytes(request, bodyBytesMax);
  } catch (error) {
    throw refused(error instanceof TooLarge ? 'body_too_large' : 'body_unreadable');
  }
}

function jsonOf(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch {
    throw refused('body_not_json');
  }
}

const REFUSALS = {
  signature_missing: [
    `The request has no headers ${SIGNATURE} and ${TIMESTAMP}.`,
    'Let only HubSpot post to this address, and let proxies pass the headers on.',
  ],
  signature_malformed: [
    `The header ${SIGNATURE} or ${TIMESTAMP} is not of HubSpot's form.`,
    'Let proxies pass the headers on unchanged, and check that the request comes from HubSpot.',
  ],
  signature_mismatch: [
    'The signature does not fit method, URL and body.',
    'Pass the raw body; behind a proxy give `url`, exactly as it was set in HubSpot; check that `clientSecret` is that of the app.',
  ],
  signature_stale: [
    'The request is too old, or from the future.',
    'Check the clock of this machine. If it is right, the request was held back or is repeated by somebody: do not take it.',
  ],
  body_already_read: [
    'The body of the request was read before.',
    'Hand the request over before anything else reads its body, for example before a JSON parser runs.',
  ],
  body_too_large: ['The body of the request is too large.', 'Raise `bodyBytesMax` if HubSpot does send payloads of this size.'],
  body_unreadable: ['The body of the request broke off.', 'Answer with 503: HubSpot delivers it again.'],
  body_not_json: ['The body of the request is not JSON.', 'Only let HubSpot post to this address.'],
  payload_unreadable: ['The body of the request is no list of events.', 'Check that the address is used for CRM webhooks only.'],
} as const;

/** A request that is not taken. Its texts never hold anything of the body. */
function refused(code: keyof typeof REFUSALS): CrmSyncError {
  const [message, remedy] = REFUSALS[code];
  return new CrmSyncError(message, { code, category: 'webhook', remedy, retryable: code === 'body_unreadable' });
}
