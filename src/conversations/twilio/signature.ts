import { type Bytes, base64Of, bytesOf } from '../webhook/bytes.ts';
import { type Hmac, hmac, hmacFits } from '../webhook/hmac.ts';

const AUTHORITY = /^(?<authority>\w+:\/\/[^/?#]*)/;

/** The form that Twilio posts, as it was parsed. */
export type TwilioForm = URLSearchParams | Readonly<Record<string, string>>;

export interface TwilioSigning {
  /** The address exactly as Twilio has it, with its query. */
  readonly url: string;
  readonly authToken: string;
}

/** What is signed: the address, then each field's name and value in order of the names, with nothing between. */
function signed(form: TwilioForm, { url, authToken }: TwilioSigning): Hmac {
  const fields = new URLSearchParams(form as ConstructorParameters<typeof URLSearchParams>[0]);
  const values = new Map<string, Set<string>>();
  for (const [name, value] of fields) values.set(name, (values.get(name) ?? new Set()).add(value));
  const parts = [...values.keys()].sort().flatMap((name) => [...values.get(name)!].sort().map((value) => `${name}${value}`));
  return { hash: 'SHA-1', secret: authToken, message: bytesOf(url, parts.join('')) };
}

/**
 * The value of the header `X-Twilio-Signature` for a form, as Twilio makes it: for a host's own tests.
 *
 * Source: Twilio, "Webhooks security"; twilio 6.2, src/webhooks.
 */
export const signTwilio = async (form: TwilioForm, signing: TwilioSigning): Promise<string> => base64Of(await hmac(signed(form, signing)));

/** Twilio signs some requests with the port of the address and some without, and writes odd characters of a query in two ways. */
export async function signatureFits(digest: Bytes, form: TwilioForm, { url, authToken }: TwilioSigning): Promise<boolean> {
  for (const spelling of spellingsOf(url)) if (await hmacFits(digest, signed(form, { url: spelling, authToken }))) return true;
  return false;
}

/**
 * The spellings of an address that Twilio's own library tries.
 *
 * Source: twilio 6.2, src/webhooks.
 *
 * @example
 * spellingsOf('https://example.com/a') //=> ['https://example.com/a', 'https://example.com:443/a']
 */
export function spellingsOf(url: string): readonly string[] {
  const parsed = new URL(url);
  const bare = new URL(url);
  bare.port = '';
  const standard = parsed.protocol === 'https:' ? '443' : '80';
  const withPort = bare.href.replace(AUTHORITY, `$<authority>:${parsed.port === '' ? standard : parsed.port}`);
  return [...new Set([url, ...[bare.href, withPort].flatMap((spelling) => [spelling, withEncodedQuery(spelling)])])];
}

function withEncodedQuery(url: string): string {
  const [address = '', query] = url.split('?', 2);
  if (query === undefined) return url;
  const fields = [...new URLSearchParams(query)].map((field) => field.map(encodeURIComponent).join('='));
  return `${address}?${fields.join('&')}`;
}
