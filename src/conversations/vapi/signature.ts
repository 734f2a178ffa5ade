import type { Millis } from '../../core/values/value.ts';
import { CrmSyncError } from '../../errors.ts';
import { millisOfText } from '../payload/instant-of.ts';
import { type Bytes, bytesOf, bytesOfBase64, decoded, type Encoding, encoded } from '../webhook/bytes.ts';
import { HASHES, type Hash, type Hmac, hmac, hmacFits } from '../webhook/hmac.ts';
import { millisOf } from '../webhook/millis-of.ts';

/**
 * How the credential at Vapi signs: the members of its authentication plan, under Vapi's names.
 *
 * Source: @vapi-ai/server-sdk 2.0, HmacAuthenticationPlan.
 */
export interface VapiHmac {
  /** Default `sha256`. */
  readonly algorithm?: 'sha256' | 'sha512' | 'sha1';
  /** Default `x-signature`. */
  readonly signatureHeader?: string;
  /** Default `x-timestamp`. */
  readonly timestampHeader?: string;
  /** Stands before the signature, for example `sha256=`. Default: nothing. */
  readonly signaturePrefix?: string;
  /** Default true. */
  readonly includeTimestamp?: boolean;
  /** With `{body}`, `{timestamp}`, `{method}`, `{url}`, `{svix-id}`. Default `{timestamp}.{body}`, or `{body}` without a timestamp. */
  readonly payloadFormat?: string;
  /** Default `svix-id`, for a format with `{svix-id}`. */
  readonly messageIdHeader?: string;
  /** Default `hex`. */
  readonly signatureEncoding?: 'hex' | 'base64';
  /** The secret stands for bytes. Default false. */
  readonly secretIsBase64?: boolean;
}

export interface VapiSigning {
  /** The secret of the credential. */
  readonly secret: string;
  /** When the webhook is sent; it is part of what is signed, in whole seconds. */
  readonly at: Date | Millis;
  /** As for {@link vapiWebhook}; absent: the plan's defaults. */
  readonly hmac?: VapiHmac;
  /** Of the request, for a format that has them. */
  readonly method?: string;
  readonly url?: string;
  readonly messageId?: string;
}

const HEADER = /^[\w!#$%&'*+.^`|~-]+$/;
const PLACEHOLDER = /(\{(?:body|timestamp|method|url|svix-id)\})/;

/** A plan with every default, and its secret as bytes. */
export interface VapiPlan {
  readonly hash: Hash;
  readonly secret: Bytes;
  readonly signatureHeader: string;
  readonly timestampHeader: string;
  readonly messageIdHeader: string;
  readonly prefix: string;
  readonly format: string;
  readonly encoding: Encoding;
}

/** @throws CrmSyncError `invalid_option`, category `configuration`. */
export function planOf(secret: string, plan: VapiHmac): VapiPlan {
  const { algorithm = 'sha256', signatureHeader = 'x-signature', timestampHeader = 'x-timestamp', messageIdHeader = 'svix-id' } = plan;
  const { signaturePrefix = '', includeTimestamp = true, signatureEncoding = 'hex', secretIsBase64 = false } = plan;
  const { payloadFormat = includeTimestamp ? '{timestamp}.{body}' : '{body}' } = plan;
  if (!Object.hasOwn(HASHES, algorithm)) throw invalid('algorithm', 'Use `sha256`, `sha512` or `sha1`.');
  for (const [option, header] of Object.entries({ signatureHeader, timestampHeader, messageIdHeader }))
    if (!HEADER.test(header)) throw invalid(option, 'Give the name of a header, for example `x-signature`.');
  if (!payloadFormat.includes('{body}'))
    throw invalid('payloadFormat', 'Give a format with `{body}`: a signature of anything else says nothing.');
  const bytes = secretIsBase64 ? bytesOfBase64(secret) : bytesOf(secret);
  if (bytes === undefined) throw invalid('secretIsBase64', 'Leave it out, or give the secret as base64.');
  return {
    hash: HASHES[algorithm],
    secret: bytes,
    signatureHeader,
    timestampHeader,
    messageIdHeader,
    prefix: signaturePrefix,
    format: payloadFormat,
    encoding: signatureEncoding,
  };
}

const invalid = (option: string, remedy: string) =>
  new CrmSyncError(`The option hmac.${option} cannot work.`, { code: 'invalid_option', category: 'configuration', remedy });

/** What a request says of its signature, beside the body. */
export interface VapiSignature {
  readonly digest: Bytes;
  /** As it was sent; part of what is signed. */
  readonly timestamp: string;
  readonly messageId: string;
  readonly at?: Millis;
}

/** Undefined where the headers are not of the plan's form. */
export function readSignature(header: string, headers: Headers, plan: VapiPlan): VapiSignature | undefined {
  const { prefix, encoding, format } = plan;
  const written = header.trim();
  const digest = written.startsWith(prefix) ? decoded(written.slice(prefix.length), encoding) : undefined;
  const timestamp = headers.get(plan.timestampHeader)?.trim() ?? '';
  const messageId = headers.get(plan.messageIdHeader)?.trim() ?? '';
  const timed = format.includes('{timestamp}');
  const at = timed ? timeOf(timestamp) : undefined;
  if (digest === undefined || (timed && at === undefined)) return undefined;
  return { digest, timestamp, messageId, ...(at === undefined ? {} : { at }) };
}

/** Vapi does not say in which unit: no time of our days is the same number in seconds and milliseconds. */
function timeOf(timestamp: string): Millis | undefined {
  if (!/^\d{9,15}(?:\.\d{1,9})?$/.test(timestamp)) return millisOfText(timestamp);
  const number = Number(timestamp);
  return number < 100_000_000_000 ? Math.floor(number * 1000) : number;
}

interface Signed extends Pick<VapiSignature, 'timestamp' | 'messageId'> {
  readonly body: string | Uint8Array;
  readonly method: string;
  readonly url: string;
}

function signed({ body, timestamp, messageId, method, url }: Signed, { hash, secret, format }: VapiPlan): Hmac {
  const values: Readonly<Record<string, string | Uint8Array>> = {
    '{body}': body,
    '{timestamp}': timestamp,
    '{method}': method,
    '{url}': url,
    '{svix-id}': messageId,
  };
  return { hash, secret, message: bytesOf(...format.split(PLACEHOLDER).map((part) => values[part] ?? part)) };
}

export const signatureFits = (
  signature: VapiSignature,
  request: Omit<Signed, 'timestamp' | 'messageId'>,
  plan: VapiPlan,
): Promise<boolean> => hmacFits(signature.digest, signed({ ...request, ...signature }, plan));

/**
 * The headers of a signed body, as Vapi makes them with an HMAC credential: for a host's own tests.
 *
 * @throws CrmSyncError `invalid_option`, category `configuration`.
 */
export async function signVapi(body: string | Uint8Array, signing: VapiSigning): Promise<Readonly<Record<string, string>>> {
  const { secret, at, hmac: given = {}, method = 'POST', url = '', messageId = '' } = signing;
  const plan = planOf(secret, given);
  const timestamp = String(Math.floor(millisOf(at) / 1000));
  const digest = await hmac(signed({ body, timestamp, messageId, method, url }, plan));
  return {
    [plan.signatureHeader]: `${plan.prefix}${encoded(digest, plan.encoding)}`,
    ...(plan.format.includes('{timestamp}') ? { [plan.timestampHeader]: timestamp } : {}),
    ...(plan.format.includes('{svix-id}') ? { [plan.messageIdHeader]: messageId } : {}),
  };
}
