import { describe, expect, it } from 'vitest';
import { idsOf, portal } from './api.ts';

const stamp = (record: { readonly properties: Readonly<Record<string, string>> }) =>
  record.properties['lastmodifieddate'] ?? record.properties['hs_lastmodifieddate'];

describe('stamps', () => {
  it('are lastmodifieddate for contacts and hs_lastmodifieddate for everything else, equal to updatedAt', async () => {
    const { crm, get } = portal();
    for (const object of ['contacts', 'companies', 'deals', 'tickets', 'calls', 'communications', 'notes']) {
      const { id } = crm.add(object, {});
      const { properties, updatedAt } = (await get(`${object}/${id}`)).body;
      expect([object, properties[object === 'contacts' ? 'lastmodifieddate' : 'hs_lastmodifieddate']]).toEqual([object, updatedAt]);
    }
  });

  it('follow the clock of the portal, which the Date header tells', async () => {
    const { clock, crm, get } = portal();
    clock.advance(500);
    crm.advance(60_000);
    expect(stamp(crm.add('contacts', { firstname: 'Ann' }))).toBe('2026-11-01T10:01:01Z');
    expect((await get('contacts')).headers.get('date')).toBe('Sun, 01 Nov 2026 10:01:01 GMT');
    expect(crm.now() - clock.now()).toBe(60_000);
  });

  it('may be older than the moment the record becomes visible', async () => {
    const { clock, crm, get } = portal();
    crm.add('contacts', { firstname: 'Old' }, { stampedAt: '2026-10-01T00:00:00Z' });
    const late = crm.add('contacts', { firstname: 'Late' }, { commitDelayMs: 30_000 });
    expect((await get(`contacts/${late.id}`)).status).toBe(404);
    clock.advance(30_000);
    expect((await get(`contacts/${late.id}`)).status).toBe(200);
    expect(crm.list('contacts').map(stamp)).toEqual(['2026-10-01T00:00:00Z', '2026-11-01T10:00:00.500Z']);
  });

  it('of an edit may commit late too', () => {
    const { clock, crm } = portal();
    const ann = crm.add('contacts', { firstname: 'Ann' });
    crm.edit(ann.id, { city: 'Rome' }, { commitDelayMs: 1000 });
    expect(crm.record(ann.id).properties['city']).toBeNull();
    clock.advance(1000);
    expect(crm.record(ann.id).properties).toMatchObject({ city: 'Rome', lastmodifieddate: '2026-11-01T10:00:00.500Z' });
  });
});

describe('a record that the test adds', () => {
  it('may set what is read only, and leave out what the API requires', () => {
    const { crm } = portal();
    expect(
      crm.add('contacts', { phone: '+14155550100', createdate: '2020-01-01T00:00:00Z', notes_last_contacted: null }).properties,
    ).toMatchObject({
      createdate: '2020-01-01T00:00:00Z',
      lastmodifieddate: '2026-11-01T10:00:00.500Z',
      notes_last_contacted: null,
    });
    expect(crm.add('deals', { dealname: 'Big' }).properties).toMatchObject({ pipeline: 'default', dealstage: 'appointmentscheduled' });
    expect(crm.add('calls', {}).properties['hs_timestamp']).toBe('2026-11-01T10:00:00.500Z');
    expect(() => crm.add('contacts', { hs_object_id: '1' })).toThrow('its value cannot be set');
  });

  it('is as it was when it was looked at', () => {
    const { crm } = portal();
    const before = crm.add('contacts', { city: 'Rome' });
    crm.edit(before.id, { city: null });
    expect([before.properties['city'], crm.record(before.id).properties['city']]).toEqual(['Rome', '']);
    expect(() => crm.record('1')).toThrow('there is no record 1');
  });
});

describe('an archived record', () => {
  it('is gone from everything but reads of the archive, and its stamp has not moved', async () => {
    const { clock, crm, get, remove, search, post, update } = portal();
    const ann = crm.add('contacts', { email: 'a@example.com' });
    clock.advance(1000);
    expect(await remove(`contacts/${ann.id}`)).toMatchObject({ status: 204, body: '' });
    expect((await remove(`contacts/${ann.id}`)).status).toBe(204);
    expect((await get(`contacts/${ann.id}`)).status).toBe(404);
    expect((await update('contacts', ann.id, { city: 'x' })).status).toBe(404);
    expect(idsOf(await get('contacts'))).toEqual([]);
    expect((await search('contacts', {})).body.total).toBe(0);
    expect((await post('contacts/batch/read', { properties: [], inputs: [{ id: ann.id }] })).status).toBe(207);
    expect((await get(`contacts/${ann.id}?archived=true`)).body).toMatchObject({
      archived: true,
      archivedAt: '2026-11-01T10:00:01.500Z',
      updatedAt: '2026-11-01T10:00:00.500Z',
    });
    expect(idsOf(await get('contacts?archived=true'))).toEqual([ann.id]);
    expect(() => crm.edit(ann.id, { city: 'x' })).toThrow('archived, merged or erased');
  });

  it('comes back with its address, unless that is taken meanwhile', async () => {
    const { clock, crm, create } = portal();
    const ann = crm.add('contacts', { email: 'a@example.com' });
    crm.remove(ann.id);
    clock.advance(1000);
    expect(stamp(crm.restore(ann.id))).toBe('2026-11-01T10:00:01.500Z');
    crm.remove(ann.id);
    expect((await create('contacts', { email: 'a@example.com' })).body.id).not.toBe(ann.id);
    expect(() => crm.restore(ann.id)).toThrow('Contact already exists');
  });

  it.each(['calls', 'communications', 'notes'])('of %s cannot be read', async (object) => {
    const { get, post } = portal();
    expect((await get(`${object}?archived=true`)).status).toBe(400);
    expect((await post(`${object}/batch/read?archived=true`, { inputs: [] })).status).toBe(400);
  });
});

describe('a merge', () => {
  const pair = (options = {}) => {
    const made = portal(options);
    const ann = made.crm.add('contacts', { email: 'a@example.com', firstname: 'Ann', city: '' });
    made.clock.advance(1000);
    const anna = made.crm.add('contacts', { email: 'anna@example.com', firstname: 'Anna', city: 'Rome' });
    made.clock.advance(1000);
    return { ...made, ann, anna };
  };

  it('gives a new record: the primary one wins, the other fills its blanks, and both are named', async () => {
    const { ann, anna, crm, post } = pair();
    const { status, body } = await post('contacts/merge', { primaryObjectId: ann.id, objectIdToMerge: anna.id });
    expect([status, [ann.id, anna.id].includes(body.id)]).toEqual([200, false]);
    const at = Date.parse('2026-11-01T10:00:02.500Z');
    expect(body.properties).toMatchObject({
      email: 'a@example.com',
      hs_additional_emails: 'anna@example.com',
      firstname: 'Ann',
      city: 'Rome',
      hs_merged_object_ids: `${ann.id};${anna.id}`,
      hs_calculated_merged_vids: `${ann.id}:${at};${anna.id}:${at}`,
      hs_all_contact_vids: `${body.id};${ann.id};${anna.id}`,
      createdate: '2026-11-01T10:00:00.500Z',
      lastmodifieddate: '2026-11-01T10:00:02.500Z',
    });
    expect(crm.list('contacts').map(({ id }) => id)).toEqual([body.id]);
    expect(crm.record(ann.id)).toMatchObject({ archived: true, mergedInto: body.id });
  });

  it('keeps the id of the primary record where the portal preserves it', () => {
    const { ann, anna, crm } = pair({ mergeKeepsPrimaryId: true });
    expect(crm.merge(ann.id, anna.id)).toMatchObject({ id: ann.id, properties: { hs_merged_object_ids: anna.id, city: 'Rome' } });
  });

  it('answers the old ids with the survivor, in reads of one and of many', async () => {
    const { ann, anna, crm, get, post, search } = pair();
    const survivor = crm.merge(ann.id, anna.id);
    expect((await get(`contacts/${ann.id}`)).body.id).toBe(survivor.id);
    const answer = await post('contacts/batch/read', { properties: [], inputs: [{ id: ann.id }, { id: anna.id }] });
    expect([answer.status, idsOf(answer)]).toEqual([200, [survivor.id]]);
    expect(idsOf(await get('contacts?archived=true'))).toEqual([]);
    expect(idsOf(await search('contacts', {}))).toEqual([survivor.id]);
    expect((await get('contacts/anna%40example.com?idProperty=email')).body.id).toBe(survivor.id);
  });

  it('answers the old ids with nothing where the portal does not resolve them', async () => {
    const { ann, anna, crm, get, post } = pair({ mergedIdsResolve: false });
    crm.merge(ann.id, anna.id);
    expect((await get(`contacts/${ann.id}`)).status).toBe(404);
    expect((await post('contacts/batch/read', { properties: [], inputs: [{ id: ann.id }] })).body.errors[0].context).toEqual({
      ids: [ann.id],
    });
  });

  it('of merged records resolves through all of them', async () => {
    const { ann, anna, crm, get } = pair();
    const first = crm.merge(ann.id, anna.id);
    const second = crm.merge(crm.add('contacts', { firstname: 'Cid' }).id, first.id);
    expect((await get(`contacts/${anna.id}`)).body.id).toBe(second.id);
    expect(second.properties['hs_merged_object_ids'].split(';')).toEqual([ann.id, anna.id, expect.any(String), first.id]);
  });

  it('takes over what hung on both, with one primary company', async () => {
    const { ann, anna, crm, post } = pair();
    const [acme, initech, call] = [crm.add('companies', { name: 'Acme' }), crm.add('companies', { name: 'Initech' }), crm.add('calls', {})];
    crm.associate(ann.id, acme.id);
    crm.associate(anna.id, initech.id);
    crm.associate(call.id, anna.id);
    const survivor = crm.merge(ann.id, anna.id);
    const ties = await post('/crm/associations/2026-09/contacts/companies/batch/read', { inputs: [{ id: survivor.id }] });
    expect(JSON.stringify(ties.body.results).split('Primary')).toHaveLength(2);
    expect(survivor.associations['companies']?.toSorted()).toEqual([acme.id, initech.id].toSorted());
    expect([survivor.associations['calls'], survivor.properties['associatedcompanyid'], crm.record(call.id).associations]).toEqual([
      [call.id],
      acme.id,
      { contacts: [survivor.id] },
    ]);
  });

  it.each([
    ['a record with itself', 'contacts', 400],
    ['a record that is gone', 'contacts', 404],
    ['calls', 'calls', 400],
  ])('of %s is refused', async (what, object, status) => {
    const { crm, post } = portal();
    const [one, two] = [crm.add(object, {}), crm.add(object, {})];
    if (status === 404) crm.remove(two.id);
    const objectIdToMerge = what === 'a record with itself' ? one.id : two.id;
    expect((await post(`${object}/merge`, { primaryObjectId: one.id, objectIdToMerge })).status).toBe(status);
  });
});

describe('the privacy of a contact', () => {
  it('erases it for good, and blocks its address', async () => {
    const { crm, create, get, post } = portal();
    const ann = crm.add('contacts', { email: 'a@example.com' });
    expect((await post('contacts/gdpr-delete', { objectId: 'a@example.com', idProperty: 'email' })).status).toBe(204);
    expect((await get(`contacts/${ann.id}`)).status).toBe(404);
    expect((await get(`contacts/${ann.id}?archived=true`)).status).toBe(404);
    expect(idsOf(await get('contacts?archived=true'))).toEqual([]);
    expect(crm.record(ann.id).properties['email']).toBeNull();
    expect((await create('contacts', { email: 'a@example.com' })).body.errors[0]).toMatchObject({
      code: 'INVALID_EMAIL',
      message: 'email has been GDPR blacklisted',
    });
    expect(() => crm.restore(ann.id)).toThrow('resource not found');
  });

  it('goes by id too, and an id that is gone is no error', async () => {
    const { crm, post } = portal();
    const ann = crm.add('contacts', { email: 'a@example.com' });
    for (let time = 0; time < 2; time += 1) expect((await post('contacts/gdpr-delete', { objectId: ann.id })).status).toBe(204);
    expect((await post('companies/gdpr-delete', { objectId: '1' })).status).toBe(404);
    expect(() => crm.erase(crm.add('companies', { name: 'x' }).id)).toThrow('only contacts');
  });
});
