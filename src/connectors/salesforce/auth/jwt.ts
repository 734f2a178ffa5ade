import { CrmSyncError } from '../../../errors.ts';
import { base64Url } from '../../../http/base64-url.ts';
import type { Auth } from '../../../ports/tokens.ts';
import { configuredOrigin } from '../hosts.ts';
import { grantedAuth } from './client.ts';
import { requestToken } from './grant.ts';

export interface JwtBearer {
  readonly clientId: string;
  /** User name of the pre-authorised user. */
  readonly username: string;
  /** PKCS#8 PEM of the RSA key whose certificate the connected app holds. */
  readonly privateKey: string;
  /** Default `https://login.salesforce.com`; `https://test.salesforce.com` or the My Domain for a sandbox. */
  readonly loginUrl?: string;
  /** Default: the shared login host that `loginUrl` belongs to. */
  readonly audience?: string;
}

const LIFETIME_SECONDS = 180;

/**
 * Server to server, as a named user: a signed assertion instead of a secret, no refresh token.
 *
 * @throws CrmSyncError of category `configuration` (on the first call) where the key can't be read.
 *
 * Source: Salesforce Help, OAuth 2.0 JWT Bearer Flow for Server-to-Server Integration.
 */
export function jwtBearer({ clientId, username, privateKey, loginUrl = 'https://login.salesforce.com', audience }: JwtBearer): Auth {
  const origin = configuredOrigin(loginUrl, 'loginUrl');
  return grantedAuth(async (call) => {
    const claims = {
      iss: clientId,
      sub: username,
      aud: audience ?? audienceOf(origin),
      exp: Math.floor(call.clock.now() / 1_000) + LIFETIME_SECONDS,
    };
    const assertion = await signed(claims, privateKey);
    return requestToken(origin, { grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer', assertion }, call);
  });
}

const audienceOf = (origin: string): string =>
  /\/\/(test\.salesforce\.com$|.*\.sandbox\.my\.)/.test(origin) ? 'https://test.salesforce.com' : 'https://login.salesforce.com';

async function signed(claims: object, privateKey: string): Promise<string> {
  const key = await importKey(privateKey);
  const input = `${base64Url(textBytes(JSON.stringify({ alg: 'RS256' })))}.${base64Url(textBytes(JSON.stringify(claims)))}`;
  const signature = await crypto.subtle.sign('RSASSA-PKCS1-v1_5', key, textBytes(input));
  return `${input}.${base64Url(new Uint8Array(signature))}`;
}

const RS256 = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' };

async function importKey(pem: string) {
  const body = /-----BEGIN PRIVATE KEY-----([\sA-Za-z0-9+/=]+)-----END PRIVATE KEY-----/.exec(pem)?.[1];
  try {
    const bytes = Uint8Array.from(atob((body ?? '').replace(/\s/g, '')), (character) => character.charCodeAt(0));
    const read = () => crypto.subtle.importKey('pkcs8', bytes, RS256, false, ['sign']);
    // Node was seen to refuse a good key once after an unrelated OpenSSL failure in the same process; the second try reads it.
    return await read().catch(read);
  } catch {
    throw new CrmSyncError('The private key can not be read.', {
      code: 'bad_private_key',
      category: 'configuration',
      remedy: 'Give an unencrypted PKCS#8 PEM of an RSA key: `openssl pkcs8 -topk8 -nocrypt -in key.pem` makes one.',
    });
  }
}

const textBytes = (text: string): Uint8Array<ArrayBuffer> => new Uint8Array(new TextEncoder().encode(text));
