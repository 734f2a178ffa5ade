import { postgresStore } from 'crm-sync-engine/stores/postgres';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { COMPANY_CRMS, companyDeployment } from '../flows/company-world.ts';
import { type OpenSchema, openSchema } from './open-schema.ts';

let schema: OpenSchema;
beforeAll(async () => {
  schema = await openSchema(inject('postgresUrl'));
  await schema.pool.query(
    `create table people (id bigint generated always as identity primary key, org text not null, n integer not null default 1,
      phone text, family_name text, company text, rest jsonb)`,
  );
});
afterAll(() => schema[Symbol.asyncDispose]());

const ASKED = { all: [{ field: 'company_id', blank: false }, { not: { field: 'do_not_call', eq: true } }] } as const;

describe.each(COMPANY_CRMS)('companies beside a table of contacts of the host, with $name', (crm) => {
  it('are told by the ids of contacts that the table makes, and their contacts by theirs, in ties, audiences and segments', async () => {
    const columns = { phone_number: 'phone', last_name: 'family_name', company_id: 'company' };
    const contacts = { table: 'people', id: 'id', workspace: 'org', version: 'n', columns, json: 'rest' };
    const segments = [{ name: 'employed', where: ASKED, watch: ['company_id'] }] as const;
    const there = companyDeployment(
      crm,
      { workspace: crm.name, segments },
      { storeOf: (clock) => postgresStore({ pool: schema.pool, contacts, clock }) },
    );
    const { engine, crm: account, later } = there;
    const acme = account.addCompany({ name: 'Acme', domain: 'acme.com' });
    const globex = account.addCompany({ name: 'Globex', domain: 'globex.com' });
    const lee = account.addContact({ lastName: 'Lee', phone: '(415) 555-0123', companyId: acme });
    await engine.pull();
    later();
    await engine.pull();
    const { Acme, Globex } = await there.companies();
    const [first] = await engine.contacts.list();
    expect(first).toMatchObject({ id: expect.stringMatching(/^\d+$/), fields: { company_id: Acme!.id } });

    account.employ(lee, globex);
    later();
    await engine.pull();
    expect((await engine.companies.contacts(Globex!.id)).map(({ id }) => id)).toEqual([first!.id]);
    await engine.contacts.update(first!.id, { company_id: Acme!.id }, { by: 'ann', push: true });
    expect(account.employee(lee).companyId).toBe(acme);

    const { rows } = await schema.pool.query(
      'insert into people (org, phone, family_name, company, rest) values ($1, $2, $3, $4, $5) returning id',
      [crm.name, '+14155550199', 'Bell', Globex!.id, '{}'],
    );
    const bell = String(rows[0].id);
    expect(await engine.push({ createMissing: true })).toMatchObject({ counts: { created: 1 } });
    expect(
      account
        .contacts()
        .map((id) => account.employee(id).companyId)
        .toSorted(),
    ).toEqual([acme, globex].toSorted());
    expect(await engine.segments.compare()).toEqual({ ended: 'done', events: 1 });
    expect((await engine.segments.events()).map(({ type, contactId, changes }) => [type, contactId, ...changes])).toEqual(
      expect.arrayContaining([
        ['changed', first!.id, { field: 'company_id', before: Acme!.id, after: Globex!.id }],
        ['changed', first!.id, { field: 'company_id', before: Globex!.id, after: Acme!.id }],
        ['entered', bell],
      ]),
    );
    expect((await engine.contacts.list({ where: ASKED, search: 'bell', sort: [{ field: 'last_name' }] })).map(({ id }) => id)).toEqual([
      bell,
    ]);

    await engine.contacts.erase(bell);
    await schema.pool.query('delete from people where id = $1', [first!.id]);
    expect(await engine.segments.compare()).toEqual({ ended: 'done', events: 1 });
    expect((await engine.segments.events()).map(({ type, contactId, reason }) => [type, contactId, reason])).toEqual([
      ['changed', first!.id, null],
      ['changed', first!.id, null],
      ['left', first!.id, 'contact_removed'],
    ]);
    const left = 'select kind from crm_sync_entries where workspace = $1 and contact_id = $2';
    expect((await schema.pool.query(left, [crm.name, bell])).rows).toEqual([]);
    later();
    await engine.pull({ full: true });
    expect((await engine.contacts.list()).map(({ id }) => id)).not.toContain(bell);
    expect(Object.keys(await there.companies()).toSorted()).toEqual(['Acme', 'Globex']);
  });
});
