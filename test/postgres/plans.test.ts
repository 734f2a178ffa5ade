import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { BY_INDEX } from '../../src/stores/postgres/in-transaction.ts';
import { postgresDialect } from '../../src/stores/sql/postgres-dialect.ts';
import { type OpenSchema, openSchema } from './open-schema.ts';

const { contacts, links, entries } = postgresDialect();
const asked = { keys: false, dueBy: false, contactId: false, contactIds: false, after: false, order: 'ascending' } as const;

const TEXTS = JSON.stringify(Array.from({ length: 200 }, (_, index) => `text-${index}`));
const ROWS = JSON.stringify(Array.from({ length: 200 }, (_, index) => ['sf', 'kind', `text-${index}`]));
const PAGE = ['acme', 'sf', 'Contact', 'contact', 200];

/** Statements that run for every page, and what each must find its rows by. */
const STATEMENTS: Readonly<Record<string, readonly [text: string, values: readonly (string | number)[], by: readonly string[]]>> = {
  'contacts by id': [contacts.byIds, ['acme', TEXTS], ['workspace', 'id =']],
  'contacts by phone number': [
    contacts.byKey('phone_number').text,
    ['acme', 'contact', '["+14155550100"]'],
    ['workspace', 'phone_number ='],
  ],
  'contacts by many emails': [contacts.byKey('email').text, ['acme', 'contact', TEXTS], ['workspace', 'email =']],
  'contacts by a field that the host has an index for': [
    contacts.byKey('customer_number').text,
    ['acme', 'contact', '["C7"]', 'customer_number'],
    ['workspace', "(fields -> 'customer_number'::text) ="],
  ],
  'a page of all contacts': [contacts.scan('all', 'after'), [...PAGE, '5'], ['workspace', 'id >']],
  'a page of unlinked contacts': [contacts.scan('unlinked', 'after'), [...PAGE, '5'], ['workspace', 'id >']],
  'contacts without a link': [contacts.scan('unlinked', 'start'), PAGE, ['workspace', 'contact_id =', 'connection', 'object']],
  'links of contacts that moved': [links.markUnseen, ['acme', ROWS], ['workspace', 'contact_id =']],
  'what a push has seen': [links.clearUnseen, ['acme', 'sf', ROWS], ['workspace', 'connection', 'object', 'contact_id =']],
  'erasing what no push has seen': [links.eraseUnseen, ['acme', TEXTS], ['workspace', 'contact_id =']],
  'deleting contacts': [contacts.delete, ['acme', TEXTS], ['workspace', 'id =']],
  'links of contacts': [links.byContacts, ['acme', 'sf', TEXTS], ['workspace', 'contact_id =', 'connection']],
  'links of contacts elsewhere': [links.elsewhere, ['acme', 'sf', TEXTS], ['workspace', 'contact_id =']],
  'contacts of records': [links.byRecords, ['acme', 'sf', 'Contact', TEXTS], ['workspace', 'connection', 'object', 'record_id =']],
  'a page of linked contacts': [links.linked('after'), [...PAGE, '5'], ['workspace', 'contact_id >']],
  'versions of links': [links.versions, ['acme', 'sf', TEXTS], ['workspace', 'connection', 'id =']],
  'deleting links': [links.delete, ['acme', 'sf', TEXTS], ['workspace', 'connection', 'id =']],
  'erasing links': [links.erase, ['acme', TEXTS], ['workspace', 'contact_id =']],
  'a page of entries': [entries.query({ ...asked, after: true }), ['acme', 'sf', 'kind', 100, '5'], ['workspace', 'kind', 'key >']],
  'entries by key': [entries.query({ ...asked, keys: true }), ['acme', 'sf', 'kind', 100, TEXTS], ['workspace', 'kind', 'key =']],
  'entries that are due': [entries.query({ ...asked, dueBy: true }), ['acme', 'sf', 'kind', 100, 5], ['workspace', 'kind', 'due_at <=']],
  'entries of a contact': [
    entries.query({ ...asked, contactId: true }),
    ['acme', 'sf', 'kind', 100, 'text-7'],
    ['workspace', 'contact_id ='],
  ],
  'versions of entries': [entries.versions, ['acme', ROWS], ['workspace', 'connection', 'kind', 'key =']],
  'deleting entries': [entries.delete, ['acme', ROWS], ['workspace', 'connection', 'kind', 'key =']],
  'erasing entries': [entries.erase, ['acme', TEXTS], ['workspace', 'contact_id =']],
};

/** Without counts, as in the first minute of a first import, the planner takes these tables for small. */
const FILL = `
  create index on crm_sync_contacts (workspace, (fields -> 'customer_number'));
  alter table crm_sync_contacts set (autovacuum_enabled = false);
  alter table crm_sync_links set (autovacuum_enabled = false);
  alter table crm_sync_unseen set (autovacuum_enabled = false);
  alter table crm_sync_entries set (autovacuum_enabled = false);
  insert into crm_sync_contacts (workspace, id, entity, version, fields) select 'acme', md5(n::text), 'contact', 'v',
    jsonb_build_object('phone_number', n, 'email', n, 'notes', repeat('x', 300)) from generate_series(1, 8000) n;
  insert into crm_sync_links (workspace, connection, id, object, contact_id, entity, record_id, state, plan, seen, due_at, synced_at, version, body)
    select 'acme', 'sf', md5('l' || n), 'Contact', md5(n::text), 'contact', '003' || n, 'active', 'p', 'v', n, 1, 'v', repeat('x', 300)
    from generate_series(1, 8000) n;
  insert into crm_sync_unseen select 'acme', 'sf', 'Contact', md5(n::text) from generate_series(1, 8000, 100) n;
  insert into crm_sync_entries (workspace, connection, kind, key, version, due_at, contact_id, body)
    select 'acme', 'sf', 'kind', md5(n::text), 'v', n, md5(n::text), '{}' from generate_series(1, 8000) n`;

describe.each(['before anybody counted the tables', 'once they are counted'])(
  'PostgreSQL finds the rows of a page by an index, %s',
  (when) => {
    let schema: OpenSchema;
    beforeAll(async () => {
      schema = await openSchema(inject('postgresUrl'));
      await schema.pool.query(FILL);
      if (when.startsWith('once')) await schema.pool.query('analyze crm_sync_contacts, crm_sync_links, crm_sync_unseen, crm_sync_entries');
    });
    afterAll(() => schema[Symbol.asyncDispose]());

    async function explain(text: string, values: readonly (string | number)[]): Promise<readonly string[]> {
      const client = await schema.pool.connect();
      try {
        await client.query(`begin${BY_INDEX}`);
        const { rows } = await client.query<Record<string, string>>(`explain ${text}`, [...values]);
        await client.query('rollback');
        return rows.map((row) => row['QUERY PLAN']!.trim());
      } finally {
        client.release();
      }
    }

    it.each(Object.entries(STATEMENTS))('%s', async (_, [text, values, by]) => {
      const plan = await explain(text, values);
      expect(plan.filter((step) => step.includes('Seq Scan on crm_sync'))).toEqual([]);
      const looked = plan.filter((step) => step.startsWith('Index Cond: '));
      expect(
        looked.some((condition) => by.every((part) => condition.includes(part))),
        plan.join('\n'),
      ).toBe(true);
    });

    it.each(['start', 'after'] as const)('what is pending by its three reasons, and nothing that is settled, from %s', async (from) => {
      const plan = await explain(contacts.scan('pending', from), [...PAGE, 'p', 5, ...(from === 'after' ? ['5'] : [])]);
      const used = plan.flatMap((step) => / using (crm_sync_\w+)/.exec(step)?.[1] ?? []);
      const wanted = [
        'crm_sync_contacts_pkey',
        'crm_sync_links_contact',
        'crm_sync_links_due',
        'crm_sync_links_plan',
        'crm_sync_unseen_pkey',
      ];
      expect([...new Set(used)].sort(), plan.join('\n')).toEqual(wanted);
      const looked = plan.filter((step) => step.startsWith('Index Cond: ')).join('\n');
      const behind = from === 'after' ? ` AND (contact_id > '5'::text)` : '';
      for (const condition of [
        `(due_at <= '5'::double precision)${behind}`,
        `(plan = plans.plan)${behind}`,
        `(object = 'Contact'::text)${behind}`,
      ])
        expect(looked).toContain(condition);
    });

    it('the contact of a call and its links, outside a transaction too', async () => {
      const values = ['acme', 'contact', '["77"]', 'sf'];
      const { rows } = await schema.pool.query(`explain ${contacts.byKeyLinked('phone_number').text}`, values);
      const plan = rows.map((row) => row['QUERY PLAN']).join('\n');
      expect(plan).toContain('crm_sync_contacts_phone_number');
      expect(plan).toContain('crm_sync_links_contact');
      expect(plan).not.toContain('Seq Scan');
    });

    it('a page of a scan is not sorted', async () => {
      for (const want of ['all', 'unlinked'] as const)
        expect((await explain(contacts.scan(want, 'after'), [...PAGE, '5'])).join('\n')).not.toContain('Sort');
      expect((await explain(links.linked('after'), [...PAGE, '5'])).join('\n')).not.toContain('Sort');
    });
  },
);
