import type { Millis } from '../../core/value.ts';
import { CrmSyncError } from '../../errors.ts';
import { type Incoming, webhookError } from '../incoming.ts';
import { readBody } from '../read-body.ts';
import { fromRetell, type RetellOptions } from './from-retell.ts';
import { readSignature, signatureFits } from './signature.ts';

export interface RetellWebhookOptions extends Omit<RetellOptions, 'now'> {
  /** The API key that has the "webhook" badge in Retell's dashboard: no other one signs. */
  readonly apiKey: string;
  /** How far the time of the signature may lie from ours, either way. Default five minutes, as Retell's own SDK has it. */
  readonly toleranceMs?: Millis;
  /** A larger body is refused before it is read to its end. Default 5 MB. */
  readonly bodyBytesMax?: number;
  /** Default: the machine's clock. */
  readonly clock?: { now(): Millis };
}

const HEADER = 'x-retell-signature';
const MACHINE_CLOCK = { now: () => Date.now() };

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
  bodyBytesMax = 5_000_000,
  clock = MACHINE_CLOCK,
  ...options
}: RetellWebhookOptions): (request: Request) => Promise<Incoming> {
  if (typeof apiKey !== 'string' || apiKey === '')
    throw new CrmSyncError('The Retell API key is missing.', {
      code: 'api_key_missing',
      category: 'configuration',
      remedy: "Give `apiKey`: the key with the webhook badge in Retell's dashboard. Check that its environment variable is set.",
    });
  return async (request) => {
    const header = request.headers.get(HEADER);
    if (header === null) throw missing();
    const signature = readSignature(header);
    if (signature === undefined) throw malformed();
    const body = await readBody(request, bodyBytesMax);
    if (!(await signatureFits(body, signature, apiKey))) throw mismatch();
    if (Math.abs(clock.now() - signature.at) > toleranceMs) throw stale();
    return fromRetell(parseJson(body), { ...options, now: signature.at });
  };
}

function parseJson(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch {
    throw webhookError('body_not_json', 'The body of the request is not JSON.', 'Only let Retell post to this address.');
  }
}

const missing = () =>
  webhookError(
    'signature_missing',
    `The request has no header ${HEADER}.`,
    'Let only Retell post to this address, and let proxies pass the header on.',
  );
const malformed = () =>
  webhookError(
    'signature_malformed',
    `The header ${HEADER} is not of the form v=…,d=….`,
    'Let proxies pass the header on unchanged, and check that the request comes from Retell.',
  );
const mismatch = () =>
  webhookError(
    'signature_mismatch',
    'The signature does not fit the body.',
    "Pass the raw body: JSON that was parsed and written again has other bytes. Check that `apiKey` is the key with the webhook badge in Retell's dashboard.",
  );
const stale = () =>
  webhookError(
    'signature_stale',
    'The signature is too old, or from the future.',
    'Check the clock of this machine. If it is right, the request was held back or is repeated by somebody: do not take it.',
  );
