import { CrmSyncError } from '../../errors.ts';
import { secureOrigin } from '../../http/secure-origin.ts';
import { API_VERSIONS, type ApiVersion } from './paths.ts';

/** One host for the accounts of every region. Source: HubSpot developer docs, API reference. */
export const API_ORIGIN = 'https://api.hubapi.com';
/** Where users are, in the browser. */
export const APP_ORIGIN = 'https://app.hubspot.com';

/** @throws CrmSyncError code `invalid_url`. */
export function configuredOrigin(url: string, option: 'baseUrl' | 'appUrl' = 'baseUrl'): string {
  const origin = secureOrigin(url);
  if (origin !== null) return origin;
  throw new CrmSyncError(`\`${option}\` is not a URL that credentials may be sent to.`, {
    code: 'invalid_url',
    category: 'configuration',
    remedy: `Leave \`${option}\` out (${option === 'baseUrl' ? API_ORIGIN : APP_ORIGIN} serves all regions), or set it to the https URL of your proxy.`,
  });
}

/** @throws CrmSyncError code `invalid_option`. */
export function checkedVersion(version: string): ApiVersion {
  const known = API_VERSIONS.find((each) => each === version);
  if (known) return known;
  throw new CrmSyncError("`apiVersion` can't be used.", {
    code: 'invalid_option',
    category: 'configuration',
    remedy: `Give one of ${API_VERSIONS.join(', ')}.`,
  });
}
