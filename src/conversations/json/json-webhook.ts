import { CrmSyncError } from '../../errors.ts';
import type { Incoming } from '../incoming.ts';
import { type Bytes, bytesOf, decoded, encoded } from '../webhook/bytes.ts';
import { HASHES, type Hash, hmac, hmacFits, sameSecret } from '../webhook/hmac.ts';
import { needSecret } from '../webhook/need-secret.ts';
import { readJson } from '../webhook/read-json.ts';
import { type Delivery, type Scheme, type WebhookOptions, webhookReader } from '../webhook/webhook-reader.ts';
import { type FromJsonOptions, fromJson } from './from-json.ts';
import type { ConversationMapping } from './mapping-types.ts';

/** How the sender shows that a request is its own. */
export interface JsonVerification {
  /** The header that carries the secret or the signature. */
  readonly header: string;
  readonly secret: string;
  /** Stands before it in the header: `Bearer `, `sha256=`. Default: nothing. */
  readonly prefix?: string;
  /** The header carries an HMAC of the raw body. Absent: it carries the secret itself. */
  readonly hmac?: 'sha1' | 'sha256' | 'sha512';
  /** Of the HMAC. Default `hex`. */
  readonly encoding?: 'hex' | 'base64';
}

export interface JsonWebhookOptions extends Omit<FromJsonOptions, 'now'>, WebhookOptions {
  readonly mapping: ConversationMapping;
  readonly verify: JsonVerification;
}

/**
 * A reader for JSON webhooks of any platform: checks secret or signature, then reads the body by the mapping. Reads the
 * body once; give it the request before anything else does. A platform that signs in another way: check that yourself, and
 * give the parsed body to `fromJson`.
 *
 * The reader throws CrmSyncError of category `webhook`: `signature_missing`, `signature_malformed`, `signature_mismatch`,
 * `body_already_read`, `body_too_large`, `body_unreadable`, `body_not_json`, `payload_unreadable`.
 *
 * @throws CrmSyncError `invalid_document`, `secret_missing`, `invalid_option`, category `configuration`.
 */
export function jsonWebhook({ mapping, verify, ...options }: JsonWebhookOptions): (request: Request) => Promise<Incoming> {
  const read = fromJson(mapping);
  checkVerification(verify);
  const platform = mapping.source;
  const parse = ({ body, at }: Delivery) => read(readJson(body, platform), { ...options, now: at });
  return verify.hmac === undefined
    ? webhookReader(secretScheme(platform, verify), parse, options)
    : webhookReader(signatureScheme(platform, verify, HASHES[verify.hmac]), parse, options);
}

function checkVerification(verify: JsonVerification): void {
  needSecret(verify.secret, {
    code: 'secret_missing',
    name: 'secret of the webhook',
    option: 'verify.secret',
    found: 'the one that the webhook is set up with, where it is sent from',
  });
  if (!/^[\w-]+$/.test(verify.header)) throw invalid('header', 'Give the name of a header, for example `x-webhook-secret`.');
  if (verify.hmac !== undefined && !Object.hasOwn(HASHES, verify.hmac)) throw invalid('hmac', 'Use `sha256`, `sha512` or `sha1`.');
}

const invalid = (option: string, remedy: string) =>
  new CrmSyncError(`The option verify.${option} cannot work.`, { code: 'invalid_option', category: 'configuration', remedy });

const afterPrefix = (header: string, prefix: string): string | undefined =>
  header.startsWith(prefix.trimEnd()) ? header.slice(prefix.trimEnd().length).trim() : undefined;

interface Sent<T> {
  readonly sent: T;
  readonly at?: never;
}

const secretScheme = (platform: string, { header, secret, prefix = '' }: JsonVerification): Scheme<Sent<string>> => ({
  platform,
  header,
  form: `${prefix}<secret>`,
  read: (value) => {
    const sent = afterPrefix(value, prefix);
    return sent === undefined ? undefined : { sent };
  },
  fits: ({ sent }) => sameSecret(sent, secret),
  mismatch: {
    message: `The secret in the header ${header} is another one.`,
    remedy: `Check that \`verify.secret\` is the one that the webhook is set up with. If it is, the request is not from ${platform}: do not take it.`,
  },
});

function signatureScheme(platform: string, verification: JsonVerification, hash: Hash): Scheme<Sent<Bytes>> {
  const { header, secret, prefix = '', encoding = 'hex' } = verification;
  return {
    platform,
    header,
    form: `${prefix}<${encoding}>`,
    read: (value) => {
      const sent = decoded(afterPrefix(value, prefix) ?? '', encoding);
      return sent === undefined ? undefined : { sent };
    },
    fits: ({ sent }, body) => hmacFits(sent, { hash, secret, message: bytesOf(body) }),
    mismatch: {
      remedy: 'Pass the raw body: JSON that was parsed and written again has other bytes. Check `verify.secret`, `hmac` and `encoding`.',
    },
  };
}

/**
 * The header with which {@link jsonWebhook} takes a body, for a host's own tests.
 *
 * @throws CrmSyncError `secret_missing`, `invalid_option`, category `configuration`.
 */
export async function signJson(body: string | Uint8Array, verify: JsonVerification): Promise<Readonly<Record<string, string>>> {
  checkVerification(verify);
  const { header, secret, prefix = '', encoding = 'hex' } = verify;
  if (verify.hmac === undefined) return { [header]: `${prefix}${secret}` };
  const digest = await hmac({ hash: HASHES[verify.hmac], secret, message: bytesOf(body) });
  return { [header]: `${prefix}${encoded(digest, encoding)}` };
}
