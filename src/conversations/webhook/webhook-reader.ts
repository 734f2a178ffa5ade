import type { Millis } from '../../core/values/value.ts';
import { type Incoming, webhookError } from '../incoming.ts';
import type { Bytes } from './bytes.ts';
import { readBody } from './read-body.ts';

/** How one platform shows that a request is its own, and the words for a person where it does not. */
export interface Scheme<Signature extends { readonly at?: Millis }> {
  readonly platform: string;
  readonly header: string;
  /** What the header looks like, for a message. */
  readonly form: string;
  /**
   * From the headers alone, before the body is read; undefined where they are of another form. `at`: when the request was
   * signed, where the platform says so.
   */
  readonly read: (header: string, headers: Headers) => Signature | undefined;
  readonly fits: (signature: Signature, body: Bytes, request: Request) => Promise<boolean>;
  /** What to check where it does not fit. */
  readonly mismatch: { readonly message?: string; readonly remedy: string };
  /** What to do where there is no such header, if anything but proxies can be the reason. */
  readonly missing?: string;
}

export interface WebhookOptions {
  /** A larger body is refused before it is read to its end. Default 5 MB. */
  readonly bodyBytesMax?: number;
  /** Default: the machine's clock. */
  readonly clock?: { now(): Millis };
}

/** What the platform sent, checked. `at`: when it was signed, or else when it came. */
export interface Delivery {
  readonly body: Bytes;
  readonly at: Millis;
  readonly request: Request;
}

const MACHINE_CLOCK = { now: () => Date.now() };

/**
 * A reader for the requests of one platform: signature, body, age, then what is in it. Reads the body once.
 *
 * @param toleranceMs - How far the time of a signature may lie from ours, either way. No matter where signatures have none.
 * @throws CrmSyncError (the reader), category `webhook`: `signature_missing`, `signature_malformed`, `signature_mismatch`,
 * `signature_stale`, `body_already_read`, `body_too_large`, `body_unreadable`, and those of `parse`.
 */
export function webhookReader<Signature extends { readonly at?: Millis }, Result = Incoming>(
  scheme: Scheme<Signature>,
  parse: (delivery: Delivery) => Result,
  { bodyBytesMax = 5_000_000, clock = MACHINE_CLOCK, toleranceMs = 0 }: WebhookOptions & { readonly toleranceMs?: Millis },
): (request: Request) => Promise<Result> {
  return async (request) => {
    const header = request.headers.get(scheme.header);
    if (header === null) throw missing(scheme);
    const signature = scheme.read(header, request.headers);
    if (signature === undefined) throw malformed(scheme);
    const body = await readBody(request, bodyBytesMax);
    if (!(await scheme.fits(signature, body, request))) throw mismatch(scheme);
    const now = clock.now();
    const at = signature.at ?? now;
    if (!(Math.abs(now - at) <= toleranceMs)) throw stale();
    return parse({ body, at, request });
  };
}

type Words = Pick<Scheme<never>, 'platform' | 'header' | 'form' | 'mismatch' | 'missing'>;

const missing = ({ platform, header, missing: remedy }: Words) =>
  webhookError(
    'signature_missing',
    `The request has no header ${header}.`,
    remedy ?? `Let only ${platform} post to this address, and let proxies pass the header on.`,
  );
const malformed = ({ platform, header, form }: Words) =>
  webhookError(
    'signature_malformed',
    `The header ${header} is not of the form ${form}.`,
    `Let proxies pass the header on unchanged, and check that the request comes from ${platform}.`,
  );
const mismatch = ({ mismatch: { message = 'The signature does not fit the body.', remedy } }: Words) =>
  webhookError('signature_mismatch', message, remedy);
const stale = () =>
  webhookError(
    'signature_stale',
    'The signature is too old, or from the future.',
    'Check the clock of this machine. If it is right, the request was held back or is repeated by somebody: do not take it.',
  );
