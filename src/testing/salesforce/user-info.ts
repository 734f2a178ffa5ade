import type { Place } from './oauth.ts';
import type { Org } from './org.ts';
import { offsetAt } from './soql/date-literals.ts';

/** The answer of `/services/oauth2/userinfo`; `/id/{org}/{user}` gives the same and its own URL. */
export function userInfo(org: Org, { instanceUrl, loginUrl }: Place): Record<string, unknown> {
  const { values } = org.database.get(org.userId)!;
  const id = `${loginUrl}/id/${org.id}/${org.userId}`;
  const data = `${instanceUrl}/services/data/v{version}/`;
  return {
    sub: id,
    id,
    user_id: org.userId,
    organization_id: org.id,
    preferred_username: values['Username'],
    nickname: values['Alias'],
    name: values['Name'],
    email: values['Email'],
    email_verified: true,
    given_name: values['FirstName'],
    family_name: values['LastName'],
    zoneinfo: org.userZone,
    address: {},
    is_salesforce_integration_user: org.integrationUser,
    urls: { rest: data, sobjects: `${data}sobjects/`, search: `${data}search/`, query: `${data}query/`, custom_domain: instanceUrl },
    active: values['IsActive'],
    user_type: 'STANDARD',
    language: 'en_US',
    locale: 'en_US',
    utcOffset: offsetAt(org.now(), org.userZone),
    updated_at: new Date(values['SystemModstamp'] as number).toISOString(),
  };
}
