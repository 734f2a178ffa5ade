/**
 * Contacts stay in the product's own table, through its own ORM: `node examples/own-contacts-table/main.ts`. It starts a
 * PostgreSQL of its own, or takes DATABASE_URL.
 */
import { CrmSyncEngine, defineContactSchema } from 'crm-sync-engine';
import { salesforce } from 'crm-sync-engine/salesforce';
import { fakeSalesforce } from 'crm-sync-engine/testing';
import { and, eq } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/node-postgres';
import pg from 'pg';
import { postgresUrl } from '../postgres-url.ts';
import { PEOPLE_TABLE, people } from './people.ts';
import { storeOn } from './store.ts';

const schema = defineContactSchema({ email: { type: 'string' }, lead_source: { type: 'enum', options: ['Web', 'Phone', 'Partner'] } });

export async function run(url: string, tell: (line: string) => void = console.log): Promise<void> {
  const pool = new pg.Pool({ connectionString: url });
  let isEnding = false; // pg calls a pool ended before its connections are closed
  pool.on('error', (error) => {
    if (!isEnding) console.error(error.message);
  });
  const db = drizzle(pool);
  await pool.query(PEOPLE_TABLE);
  const store = storeOn(db);
  await store.migrate();

  const crm = fakeSalesforce(); // swap these for salesforce({ auth: clientCredentials({ … }) }) when you have an org
  crm.add('Contact', { FirstName: 'Alice', LastName: 'Smith', Phone: '(415) 555-0123', LeadSource: 'Web' });
  crm.add('Contact', { FirstName: 'Bob', LastName: 'Jones', Phone: '(415) 555-0124' });
  const engine = new CrmSyncEngine({
    workspace: 'acme',
    connection: 'acme-salesforce',
    schema,
    store,
    connector: salesforce(crm.options),
    defaultCountry: 'US',
    mappings: [
      {
        crmObject: 'Contact',
        fields: [
          { crm: 'Phone', field: 'phone_number', direction: 'inbound' },
          { crm: 'FirstName', field: 'first_name', direction: 'inbound' },
          { crm: 'LastName', field: 'last_name', direction: 'inbound' },
          { crm: 'LeadSource', field: 'lead_source', direction: 'inbound' },
          { crm: 'Email', field: 'email', direction: 'both' },
        ],
      },
    ],
  });

  // The product knows Alice already; the CRM brings Bob.
  await db.insert(people).values({ orgId: 'acme', phone: '+14155550123', givenName: 'Alice', attributes: { favourite_colour: 'green' } });
  const { counts } = await engine.pull();
  tell(`pull: ${counts.created} made, ${counts.updated} known`);
  const isAlice = and(eq(people.orgId, 'acme'), eq(people.phone, '+14155550123'));
  const [alice] = await db.select().from(people).where(isAlice);
  if (alice === undefined) throw new Error('Alice is gone.');
  tell(`alice: ${alice.givenName} ${alice.familyName}, ${JSON.stringify(alice.attributes)}`);

  // The product writes to its table as ever. Its ORM counts the version, so that the next push sees the edit.
  await db
    .update(people)
    .set({ attributes: { ...alice.attributes, email: 'alice@example.com' } })
    .where(isAlice);
  await engine.push();
  tell(`CRM after an edit of the product: ${crm.list('Contact')[0]?.fields['Email']}`);

  // A write that counts no version: tell the engine of it.
  await pool.query(`update people set attributes = attributes || '{"email":"alice@acme.example"}' where id = $1`, [alice.id]);
  await engine.contacts.changed([alice.id]);
  await engine.push();
  tell(`CRM after a write without a version: ${crm.list('Contact')[0]?.fields['Email']}`);
  await pool.end();
  isEnding = true;
}

if (import.meta.main) {
  const { url, stop } = await postgresUrl();
  await run(url);
  await stop();
}
