import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LIVE_STATES } from '../../../../src/core/link/link.ts';
import { sqliteDialect } from '../../../../src/stores/sql/sqlite-dialect.ts';
import { sqliteMigrations } from '../../../../src/stores/sql/sqlite-migrations.ts';
import { migrate } from '../../../../src/stores/sqlite/migrate.ts';

const { contacts, links, entries } = sqliteDialect;
const asked = { keys: false, dueBy: false, contactId: false, contactIds: false, after: false, order: 'ascending' } as const;

/** Statements that run for every page, and the index that each must find its rows by. */
const STATEMENTS: Readonly<Record<string, readonly [text: string, index: string]>> = {
  'contacts by id': [contacts.byIds, 'crm_sync_contacts_1 (workspace=? AND id=?)'],
  'contacts by phone number': [contacts.byKey('phone_number').text, 'crm_sync_contacts_phone_number (workspace=? AND <expr>=?)'],
  'the contact of a call': [contacts.byKeyLinked('phone_number').text, 'crm_sync_contacts_phone_number (workspace=? AND <expr>=?)'],
  'its links': [contacts.byKeyLinked('phone_number').text, 'crm_sync_links_contact (workspace=? AND contact_id=? AND connection=?)'],
  'contacts by email': [contacts.byKey('email').text, 'crm_sync_contacts_email (workspace=? AND <expr>=?)'],
  'companies by domain': [contacts.byKey('domain').text, 'crm_sync_contacts_domain (workspace=? AND <expr>=?)'],
  'companies by name': [contacts.byKey('name').text, 'crm_sync_contacts_name (workspace=? AND <expr>=?)'],
  'a page of all contacts': [contacts.scan('all', 'after'), 'crm_sync_contacts_1 (workspace=? AND id>?)'],
  'a page of unlinked contacts': [contacts.scan('unlinked', 'after'), 'crm_sync_contacts_1 (workspace=? AND id>?)'],
  'contacts that no push has seen': [
    contacts.scan('pending', 'after'),
    'SEARCH u USING PRIMARY KEY (workspace=? AND connection=? AND object=? AND contact_id>?)',
  ],
  'contacts that are due': [
    contacts.scan('pending', 'after'),
    'COVERING INDEX crm_sync_links_due (workspace=? AND connection=? AND object=? AND entity=? AND due_at<?)',
  ],
  'contacts that were planned otherwise': [
    contacts.scan('pending', 'after'),
    'COVERING INDEX crm_sync_links_plan (workspace=? AND connection=? AND object=? AND entity=? AND plan=? AND contact_id>?)',
  ],
  'the plans there are': [
    contacts.scan('pending', 'start'),
    'COVERING INDEX crm_sync_links_plan (workspace=? AND connection=? AND object=? AND entity=? AND plan>?)',
  ],
  'links of contacts that moved': [links.markUnseen, 'crm_sync_links_contact (workspace=? AND contact_id=?)'],
  'what a push has seen': [links.clearUnseen, 'PRIMARY KEY (workspace=? AND connection=? AND object=? AND contact_id=?)'],
  'erasing what no push has seen': [links.eraseUnseen, 'PRIMARY KEY (workspace=? AND connection=? AND object=? AND contact_id=?)'],
  'deleting contacts': [contacts.delete, 'crm_sync_contacts_1 (workspace=? AND id=?)'],
  'links of contacts': [links.byContacts, 'crm_sync_links_contact (workspace=? AND contact_id=? AND connection=?)'],
  'contacts of live records': [links.byRecords, 'crm_sync_links_live_record (workspace=? AND connection=? AND object=? AND record_id=?)'],
  'contacts of past records': [links.byRecords, 'crm_sync_links_past_record (workspace=? AND connection=? AND object=? AND record_id=?)'],
  'a page of linked contacts': [links.linked('after'), 'COVERING INDEX crm_sync_links_contact (workspace=? AND contact_id>?)'],
  'versions of links': [links.versions, 'crm_sync_links_1 (workspace=? AND connection=? AND id=?)'],
  'deleting links': [links.delete, 'crm_sync_links_1 (workspace=? AND connection=? AND id=?)'],
  'erasing links': [links.erase, 'crm_sync_links_contact (workspace=? AND contact_id=?)'],
  'a page of entries': [entries.query({ ...asked, after: true }), '(workspace=? AND connection=? AND kind=? AND key>?)'],
  'entries by key': [entries.query({ ...asked, keys: true }), '(workspace=? AND connection=? AND kind=? AND key=?)'],
  'entries that are due': [
    entries.query({ ...asked, dueBy: true, after: true }),
    'crm_sync_entries_due (workspace=? AND connection=? AND kind=? AND key>?)',
  ],
  'entries of a contact': [entries.query({ ...asked, contactId: true }), 'crm_sync_entries_contact (workspace=? AND contact_id=?)'],
  'entries of some contacts': [entries.query({ ...asked, contactIds: true }), 'crm_sync_entries_contact (workspace=? AND contact_id=?)'],
  'versions of entries': [entries.versions, 'crm_sync_entries_1 (workspace=? AND connection=? AND kind=? AND key=?)'],
  'deleting entries': [entries.delete, 'crm_sync_entries_1 (workspace=? AND connection=? AND kind=? AND key=?)'],
  'erasing entries': [entries.erase, 'crm_sync_entries_contact (workspace=? AND contact_id=?)'],
};

describe('SQLite finds the rows of a page by an index', () => {
  let database: DatabaseSync;
  beforeAll(() => {
    database = new DatabaseSync(':memory:');
    migrate(database);
  });
  afterAll(() => database.close());

  it.each(Object.entries(STATEMENTS))('%s', (_, [text, index]) => {
    const plan = database
      .prepare(`explain query plan ${text}`)
      .all()
      .map((row) => String(row['detail']));
    expect(plan.filter((step) => step.includes(index))).not.toEqual([]);
    expect(plan.filter((step) => step.startsWith('SCAN crm_sync'))).toEqual([]);
  });

  it('and a contact without a link of the object by an index too', () => {
    const plan = JSON.stringify(database.prepare(`explain query plan ${contacts.scan('unlinked', 'after')}`).all());
    expect(plan).toContain('(workspace=? AND contact_id=? AND connection=? AND object=?)');
  });

  it('a page of a scan needs no sort', () => {
    for (const text of [contacts.scan('all', 'after'), contacts.scan('unlinked', 'after'), links.linked('after')])
      expect(JSON.stringify(database.prepare(`explain query plan ${text}`).all())).not.toContain('TEMP B-TREE');
  });
});

it('the unique indexes of links count as live what the core does', () => {
  const states = `(${LIVE_STATES.map((state) => `'${state}'`).join(', ')})`;
  const partial = sqliteMigrations.flatMap(({ statements }) =>
    statements.filter((text) => /create .*index crm_sync_links_.* state (not )?in /s.test(text)),
  );
  expect(partial).toHaveLength(4);
  for (const text of partial)
    expect(text.split('state ')[1]?.split(')')[0]).toBe(`${text.includes('past') ? 'not in' : 'in'} ${states}`.slice(0, -1));
});
