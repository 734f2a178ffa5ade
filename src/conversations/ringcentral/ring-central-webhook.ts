import type { Incoming } from '../incoming.ts';
import { filled } from '../payload/filled.ts';
import { objectOf, type RawObject } from '../payload/object-of.ts';
import { unreadable } from '../payload/read-id.ts';
import type { PayloadOptions } from '../payload/sides.ts';
import { sameSecret } from '../webhook/hmac.ts';
import { needSecret } from '../webhook/need-secret.ts';
import { readBody } from '../webhook/read-body.ts';
import { readJson } from '../webhook/read-json.ts';
import { type Delivery, type Scheme, type WebhookOptions, webhookReader } from '../webhook/webhook-reader.ts';
import { fromRingCentralMessage } from './from-ring-central-message.ts';
import { textOf } from './sides.ts';

export interface RingCentralWebhookOptions extends Omit<PayloadOptions, 'now'>, WebhookOptions {
  /** The `deliveryMode.verificationToken` that you gave with the subscription. RingCentral signs nothing else. */
  readonly verificationToken: string;
}

/** What a notification of RingCentral is beside a conversation. */
export type RingCentralIncoming =
  | Incoming
  /** The question, when a subscription is made, whether this address is yours: answer with `response`, within three seconds. */
  | { readonly kind: 'handshake'; readonly response: Response }
  /** A call is over for one who took part. The notification has no more of it: read its records from the call log. */
  | { readonly kind: 'call_ended'; readonly sessionId: string; readonly telephonySessionId?: string };

const HANDSHAKE = 'validation-token';
const BODY_BYTES_MAX = 5_000_000;

/**
 * A reader for RingCentral's notifications: answers the handshake, checks the token, then reads the body. An instant SMS
 * is a conversation. The end of a call is told with its session, whose records `fromRingCentralCall` reads; every other
 * notification is ignored. Reads the body once; give it the request before anything else does.
 *
 * The reader throws CrmSyncError of category `webhook`: `signature_missing`, `signature_mismatch`, `body_already_read`,
 * `body_too_large`, `body_unreadable`, `body_not_json`, `payload_unreadable`.
 *
 * Source: RingCentral, "Creating webhooks", "Receiving webhooks".
 *
 * @throws CrmSyncError `verification_token_missing`, category `configuration`.
 */
export function ringCentralWebhook(given: RingCentralWebhookOptions): (request: Request) => Promise<RingCentralIncoming> {
  const { verificationToken, bodyBytesMax = BODY_BYTES_MAX, ...options } = given;
  needSecret(verificationToken, {
    code: 'verification_token_missing',
    name: 'verification token of RingCentral',
    option: 'verificationToken',
    found: 'the `deliveryMode.verificationToken` that the subscription was made with',
  });
  const parse = ({ body, at }: Delivery) => readNotification(readJson(body, 'RingCentral'), { ...options, now: at });
  return async (request) => {
    const asked = request.headers.get(HANDSHAKE);
    const body = await readBody(request, bodyBytesMax);
    // The handshake has no body; a notification may carry the token in the same header, and always has one.
    if (asked !== null && body.byteLength === 0) return { kind: 'handshake', response: answer(asked) };
    const { url, headers } = request;
    const header = headers.has('verification-token') ? 'verification-token' : HANDSHAKE;
    const read = webhookReader(schemeOf(verificationToken, header), parse, { ...options, bodyBytesMax });
    return read(new Request(url, { method: 'POST', headers, body }));
  };
}

const answer = (token: string): Response =>
  new Response(null, { status: 200, headers: { [HANDSHAKE]: token, 'content-type': 'application/json' } });

const schemeOf = (token: string, header: string): Scheme<{ readonly given: string; readonly at?: never }> => ({
  platform: 'RingCentral',
  header,
  form: '<token>',
  read: (value) => ({ given: value.trim() }),
  fits: ({ given }) => sameSecret(given, token),
  missing: 'Make the subscription with a `deliveryMode.verificationToken`, and let proxies pass its header on.',
  mismatch: {
    message: `The token in the header ${header} is another one.`,
    remedy:
      'Check that `verificationToken` is the one that the subscription was made with. If it is, the request is not from RingCentral: do not take it.',
  },
});

const refuse = unreadable('Hand over the body of a notification as it came: with `event` and `body`.');

function readNotification(payload: unknown, options: PayloadOptions): RingCentralIncoming {
  const notification = objectOf(payload);
  const event = notification?.['event'];
  if (notification === undefined || typeof event !== 'string') throw refuse('has no event');
  const body = objectOf(notification['body']) ?? {};
  if (/\/message-store\/instant\b/.test(event)) return withUser(fromRingCentralMessage(body, options), event);
  if (/\/telephony\/sessions\b/.test(event)) return endedCall(body) ?? { kind: 'ignored', reason: 'other_event', event };
  return { kind: 'ignored', reason: 'other_event', event };
}

/** An instant message names no extension; the event is that of one. */
function withUser(incoming: Incoming, event: string): Incoming {
  const userId = /\/extension\/(\d{1,20})\//.exec(event)?.[1];
  if (incoming.kind !== 'conversation' || incoming.conversation.userId !== undefined || userId === undefined) return incoming;
  return { kind: 'conversation', conversation: { ...incoming.conversation, userId } };
}

/** Disconnected is the end, unless the call went on with somebody else. */
function endedCall(body: RawObject): RingCentralIncoming | undefined {
  const parties = Array.isArray(body['parties']) ? (body['parties'] as readonly unknown[]) : [];
  const isOver = parties.some((party) => {
    const { code, reason } = objectOf(objectOf(party)?.['status']) ?? {};
    return code === 'Disconnected' && !(typeof reason === 'string' && /transfer|pickup|callswitch/i.test(reason));
  });
  const sessionId = textOf(idAt(body, 'sessionId'));
  if (!isOver || sessionId === undefined) return undefined;
  const telephonySessionId = filled(textOf(idAt(body, 'telephonySessionId')));
  return { kind: 'call_ended', sessionId, ...(telephonySessionId === undefined ? {} : { telephonySessionId }) };
}

function idAt(body: RawObject, name: string): string | number | undefined {
  const value = body[name];
  return typeof value === 'string' || typeof value === 'number' ? value : undefined;
}
