import { CrmSyncError } from '../../errors.ts';
import { secureOrigin } from '../../http/secure-origin.ts';

const LIGHTNING = /\.lightning\.(force\.com|crmforce\.mil|sfcrmapps\.cn)$/;
const SALESFORCE = /\.(salesforce\.com|force\.com|salesforce\.mil|crmforce\.mil|sfcrmproducts\.cn|sfcrmapps\.cn)$/;
/** Hosts that sign users in: the shared ones, and a My Domain, that of a sandbox too. No site of a customer is among them. */
const SIGN_IN = /^(login|test)\.salesforce\.com$|^[a-z0-9-]+(\.[a-z0-9-]+)*\.my\.(salesforce\.com|salesforce\.mil|sfcrmproducts\.cn)$/;
export const LOGIN_ORIGIN = 'https://login.salesforce.com';
/** Shared hosts that know no single org: a token for one org can't be had without its user or My Domain. */
export const SHARED_LOGIN = /^(login|test)\.salesforce\.com$/;

/**
 * The origin of a host that credentials may go to because the host app named it: https, or http on this machine.
 *
 * @throws CrmSyncError of category `configuration`.
 */
export function configuredOrigin(text: string, option: string): string {
  const origin = secureOrigin(text);
  if (origin !== null && !LIGHTNING.test(new URL(origin).hostname)) return origin;
  throw new CrmSyncError(`\`${option}\` is not a Salesforce URL that credentials may be sent to.`, {
    code: 'invalid_url',
    category: 'configuration',
    remedy: `Set \`${option}\` to the https URL of the org, such as https://acme.my.salesforce.com; a Lightning host serves no API.`,
  });
}

/**
 * The origin of an instance URL that came in an answer or out of storage: it must be Salesforce's own, or the very host
 * that the app configured.
 *
 * @throws CrmSyncError of category `configuration`.
 */
export function receivedOrigin(text: string, configured: string): string {
  const origin = configuredOrigin(text, 'instanceUrl');
  const { protocol, hostname } = new URL(origin);
  if (origin === configured || (protocol === 'https:' && SALESFORCE.test(`.${hostname}`))) return origin;
  throw new CrmSyncError('The instance URL of the tokens is not a Salesforce host, so no token is sent there.', {
    code: 'foreign_instance_url',
    category: 'configuration',
    remedy: 'Connect the account again; if it lives on a host of its own, use that host as `loginUrl`.',
  });
}

/**
 * The origin of a login URL that belongs to one connection, and which a tenant may have typed: it must be a login host of
 * Salesforce, or the very host that the app configured. It sees the client secret.
 *
 * @throws CrmSyncError of category `configuration`.
 */
export function tenantOrigin(text: string, configured: string): string {
  const origin = configuredOrigin(text, 'loginUrl');
  const { protocol, hostname, port } = new URL(origin);
  if (origin === configured || (protocol === 'https:' && port === '' && SIGN_IN.test(hostname))) return origin;
  throw new CrmSyncError('`loginUrl` is not a login host of Salesforce, so no secret is sent there.', {
    code: 'foreign_login_url',
    category: 'configuration',
    remedy:
      'Give https://login.salesforce.com, https://test.salesforce.com, or the My Domain of the org, such as https://acme.my.salesforce.com.',
  });
}
