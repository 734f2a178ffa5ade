import { CrmSyncEngine, defineContactSchema } from 'crm-sync-engine';
import { clientCredentials, salesforce } from 'crm-sync-engine/salesforce';
import { sqliteStore } from 'crm-sync-engine/stores/sqlite';

const schema = defineContactSchema({ email: { type: 'string' } });

/** One store per process, for all connections. In production a database that every invocation reaches; here a file. */
const store = sqliteStore({ file: setting('CONTACTS_FILE') });

/** One Salesforce app whose credentials are the host's. `SALESFORCE_URL` may be a real org or `(await fakeSalesforce().listen()).url`. */
const connector = salesforce({
  auth: clientCredentials({
    loginUrl: setting('SALESFORCE_URL'),
    clientId: setting('SALESFORCE_CLIENT_ID'),
    clientSecret: setting('SALESFORCE_CLIENT_SECRET'),
  }),
});

/** Cheap: an engine starts nothing and keeps nothing but what is in the store. */
export async function engineFor(connection: string): Promise<CrmSyncEngine<typeof schema>> {
  return new CrmSyncEngine({
    workspace: 'acme',
    connection,
    schema,
    store,
    connector,
    defaultCountry: 'US',
    mappings: [
      {
        crmObject: 'Contact',
        fields: [
          { crm: 'Phone', field: 'phone_number', direction: 'inbound' },
          { crm: 'LastName', field: 'last_name', direction: 'inbound' },
          { crm: 'Email', field: 'email', direction: 'both' },
        ],
      },
    ],
  });
}

function setting(name: string): string {
  const value = process.env[name];
  if (value === undefined) throw new Error(`Set the environment variable ${name}.`);
  return value;
}
