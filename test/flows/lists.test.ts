import { type CrmSyncEngine, defineContactSchema, type ListOptions } from 'crm-sync-engine';
import { conversation } from 'crm-sync-engine/testing';
import { describe, expect, it } from 'vitest';
import { scenesIn } from './scenes.ts';
import { deployment, type schema } from './support.ts';
import { WORLDS } from './world.ts';

const HOUR = 3_600_000;

describe.each(WORLDS)('on $name', (world) => {
  const { people } = scenesIn(world);
  const link = `$link.${world.object}` as const;

  /** Six people: First2 has been talked to twice, First4 once and later, First5 was removed from the CRM. */
  async function audience() {
    const there = people(6);
    await there.engine.pull();
    const names = async (options: ListOptions<typeof schema>) =>
      (await there.engine.contacts.list({ sort: [{ field: 'first_name' }], ...options })).map(({ fields }) => fields.first_name);
    const call = (id: string, last: number, status = 'Working') =>
      there.engine.handleConversation(
        conversation({
          id,
          phone: `+1415555012${last}`,
          startedAt: new Date(there.clock.now()).toISOString(),
          analysis: { lead_qualification_status: status },
        }),
      );
    there.clock.advance(HOUR);
    await call('call-1', 2);
    there.clock.advance(HOUR);
    await call('call-2', 2);
    await call('call-2', 2, 'Qualified'); // its analysis comes once more, and says something else
    there.clock.advance(HOUR);
    await call('call-3', 4);
    there.crm.remove(there.ids[5] as string);
    there.clock.advance(HOUR);
    await world.hearOfDeletion(there.engine, there.ids[5] as string);
    return { ...there, names, call };
  }

  it('an audience is made of fields, conversations and records', async () => {
    const { names } = await audience();
    expect(await names({ where: { field: 'lead_status', eq: 'Qualified' } })).toEqual(['First2']);
    expect(await names({ where: { field: '$conversations', gt: 0 } })).toEqual(['First2', 'First4']);
    expect(await names({ where: { field: '$conversations', eq: 2 } })).toEqual(['First2']);
    expect(await names({ where: { field: '$last_conversation_at', since: '2026-01-05T12:00:00Z' } })).toEqual(['First4']);
    expect(await names({ where: { field: '$last_conversation_at', blank: true } })).toEqual(['First0', 'First1', 'First3', 'First5']);
    expect(await names({ where: { field: link, ne: 'active' } })).toEqual(['First5']);
    expect(await names({ where: { field: link, eq: 'tombstone' } })).toEqual(['First5']);
    expect(await names({ where: { field: '$link.Elsewhere', blank: true }, page: { limit: 2 } })).toEqual(['First0', 'First1']);
    expect(
      await names({
        where: { all: [{ not: { field: 'phone_number', in: ['(415) 555-0121', '+1 415 555 0123'] } }, { field: '$conversations', lt: 1 }] },
      }),
    ).toEqual(['First0', 'First5']);
  });

  it('it is put in order by fields and facts, page by page', async () => {
    const { names, engine } = await audience();
    const byTime = [{ field: '$last_conversation_at', direction: 'descending' }, { field: 'first_name' }] as const;
    expect(await names({ sort: byTime })).toEqual(['First4', 'First2', 'First0', 'First1', 'First3', 'First5']);
    expect(await names({ sort: [{ field: '$conversations' }, { field: 'first_name', direction: 'descending' }] })).toEqual([
      'First5',
      'First3',
      'First1',
      'First0',
      'First4',
      'First2',
    ]);
    const seen: unknown[] = [];
    for (let after: string | null = null; ; ) {
      const page: Awaited<ReturnType<typeof engine.contacts.list>> = await engine.contacts.list({
        sort: byTime,
        page: { after, limit: 2 },
      });
      seen.push(...page.map(({ fields }) => fields.first_name));
      after = page.next;
      if (after === null) break;
    }
    expect(seen).toEqual(['First4', 'First2', 'First0', 'First1', 'First3', 'First5']);
  });

  it('pages stay right while contacts change: nobody who stays is left out or comes twice', async () => {
    const there = people(6);
    await there.engine.pull();
    const sort = [{ field: 'first_name' }] as const;
    const first = await there.engine.contacts.list({ sort, page: { limit: 2 } });
    const [, last] = first;
    // the last one of the page goes to the end, and one that follows goes
    await there.engine.contacts.update(last?.id ?? '', { first_name: 'Zoe' }, { by: 'test' });
    const third = (await there.engine.contacts.byPhone('+14155550122')).contact;
    await there.engine.contacts.remove(third?.id ?? '', { by: 'test' });
    const second = await there.engine.contacts.list({ sort, page: { after: first.next, limit: 10 } });
    expect(second.map(({ fields }) => fields.first_name)).toEqual(['First3', 'First4', 'First5', 'Zoe']);
    expect(second.next).toBeNull();
  });
});

describe('search', () => {
  async function searching() {
    const there = deployment();
    const add = (first: string, last: string, phone: string, email: string) =>
      there.crm.add('Contact', { FirstName: first, LastName: last, Phone: phone, Email: email });
    add('Émile', 'Müller', '(415) 555-0120', 'emile@example.com');
    add('Anna Maria', 'Smith', '(415) 555-0121', 'anna@example.com');
    add('Bob', 'Smithson', '(212) 555-0122', 'bob_100%@example.com');
    await there.engine.pull();
    return async (search: string) =>
      (await there.engine.contacts.list({ search, sort: [{ field: 'phone_number', direction: 'descending' }] })).map(
        ({ fields }) => fields.first_name,
      );
  }

  it('finds names, numbers in any spelling and email addresses', async () => {
    const found = await searching();
    expect(await found('smith')).toEqual(['Anna Maria', 'Bob']);
    expect(await found(' SMITH  anna ')).toEqual(['Anna Maria']);
    expect(await found('émile MÜLLER')).toEqual(['Émile']);
    expect(await found('(415) 555-0121')).toEqual(['Anna Maria']);
    expect(await found('+1 415.555.0120')).toEqual(['Émile']);
    expect(await found('555-012')).toEqual(['Anna Maria', 'Émile', 'Bob']);
    expect(await found('0212')).toEqual(['Bob']);
    expect(await found('bob_100%')).toEqual(['Bob']);
    expect(await found('%')).toEqual(['Bob']);
    expect(await found('nobody')).toEqual([]);
    expect(await found('  ')).toHaveLength(3);
  });
});

describe('what an audience is asked by', () => {
  const engineWith = (options: unknown) => (deployment().engine as CrmSyncEngine).contacts.list(options as ListOptions);

  it('is refused as a whole, each problem with its place', async () => {
    await expect(
      engineWith({
        where: {
          all: [
            { field: 'frist_name', eq: 'A' },
            { field: 'lead_status', gt: 'New' },
          ],
        },
        sort: [{ field: '$nothing' }],
        page: { limit: 0 },
        limit: 5,
      }),
    ).rejects.toMatchObject({
      code: 'invalid_document',
      issues: expect.arrayContaining([
        expect.objectContaining({ code: 'unknown_field', remedy: expect.stringContaining('first_name') }),
        expect.objectContaining({ path: ['sort', 0, 'field'], code: 'unknown_field' }),
        expect.objectContaining({ path: ['page', 'limit'] }),
        expect.objectContaining({ path: ['limit'], code: 'unknown_key' }),
      ]),
    });
    await expect(engineWith({ where: { field: 'lead_status', gt: 'New' } })).rejects.toMatchObject({
      issues: [{ path: ['where', 'gt'], code: 'operator_not_for_type' }],
    });
    await expect(engineWith({ where: { field: 'lead_status', eq: 'Sold' } })).rejects.toMatchObject({
      issues: [{ path: ['where', 'eq'], code: 'unknown_option' }],
    });
    await expect(engineWith({ sort: [{ field: 'last_name' }], page: { after: 'id-1' } })).rejects.toMatchObject({
      issues: [{ path: ['page', 'after'], code: 'invalid_page' }],
    });
  });

  it('days begin in the time zone of the connection', async () => {
    const dated = defineContactSchema({ seen: { type: 'datetime' }, born: { type: 'date' } });
    const there = deployment();
    const engine = there.engineOf({ schema: dated as never, mappings: [], analysis: [], timeZone: 'America/Los_Angeles' }) as CrmSyncEngine;
    there.crm.add('Contact', { LastName: 'Smith', Phone: '(415) 555-0120' });
    await there.engine.pull();
    const [contact] = await engine.contacts.list();
    await engine.contacts.update(contact?.id ?? '', { seen: '2026-01-05T07:30:00Z', born: '1990-02-28' }, { by: 'test' });
    const count = async (where: object) => (await engine.contacts.list({ where: where as never })).length;
    expect(await count({ field: 'seen', since: '2026-01-05' })).toBe(0);
    expect(await count({ field: 'seen', since: '2026-01-04' })).toBe(1);
    expect(await count({ field: 'seen', eq: '2026-01-05T08:30:00+01:00' })).toBe(1);
    expect(await count({ field: 'born', lt: '1990-03-01' })).toBe(1);
    expect(await count({ field: 'born', gt: '1990-02-28' })).toBe(0);
  });
});
