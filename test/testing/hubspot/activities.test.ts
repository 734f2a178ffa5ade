import { describe, expect, it } from 'vitest';
import { DISPOSITIONS } from '../../../src/testing/hubspot/schema/activities.ts';
import { codesOf, idsOf, portal } from './api.ts';

const tie = (id: string, associationTypeId: number) => ({
  to: { id },
  types: [{ associationCategory: 'HUBSPOT_DEFINED', associationTypeId }],
});

describe('a call', () => {
  const CALL = {
    hs_timestamp: '2026-11-01T09:32:44.872Z',
    hs_call_title: 'AI call - Interested',
    hs_call_body: 'Summary<br>More',
    hs_call_direction: 'OUTBOUND',
    hs_call_duration: '185000',
    hs_call_from_number: '+14155550100',
    hs_call_to_number: '+14155550101',
    hs_call_status: 'COMPLETED',
    hs_call_disposition: DISPOSITIONS.Connected,
    hs_call_external_id: 'call_abc',
    hs_call_recording_url: 'https://example.com/a.mp3',
  };

  it('is logged on a contact and a deal, and found by the id of the host', async () => {
    const { crm, create, found } = portal();
    const [ann, deal] = [crm.add('contacts', { firstname: 'Ann' }), crm.add('deals', {})];
    const { status, body } = await create('calls', { ...CALL, hubspot_owner_id: crm.ownerId }, [tie(ann.id, 194), tie(deal.id, 206)]);
    expect([status, body.properties]).toEqual([
      201,
      {
        ...CALL,
        hs_body_preview: 'Summary More',
        hs_createdate: '2026-11-01T10:00:00.500Z',
        hs_lastmodifieddate: '2026-11-01T10:00:00.500Z',
        hs_object_id: body.id,
        hs_object_source: 'INTEGRATION',
        hubspot_owner_id: crm.ownerId,
      },
    ]);
    expect(crm.record(body.id).associations).toEqual({ contacts: [ann.id], deals: [deal.id] });
    expect(await found('calls', { propertyName: 'hs_call_external_id', operator: 'EQ', value: 'call_abc' })).toEqual([body.id]);
  });

  it('is not tied to the company and the deals of its contact by itself', async () => {
    const { crm, create } = portal();
    const [ann, acme] = [crm.add('contacts', { firstname: 'Ann' }), crm.add('companies', { name: 'Acme' })];
    crm.associate(ann.id, acme.id);
    const { body } = await create('calls', CALL, [tie(ann.id, 194)]);
    expect(crm.record(body.id).associations).toEqual({ contacts: [ann.id] });
  });

  it('moves the stamp of its contact, and what HubSpot counts', async () => {
    const { clock, crm, create } = portal();
    const ann = crm.add('contacts', { firstname: 'Ann' });
    clock.advance(1000);
    await create('calls', CALL, [tie(ann.id, 194)]);
    await create('notes', { hs_timestamp: '2026-11-01T09:40:00Z' }, [tie(ann.id, 202)]);
    expect(crm.record(ann.id).properties).toMatchObject({
      lastmodifieddate: '2026-11-01T10:00:01.500Z',
      num_notes: '2',
      num_contacted_notes: '1',
      notes_last_contacted: CALL.hs_timestamp,
      notes_last_updated: '2026-11-01T09:40:00Z',
    });
  });

  it.each([
    ['hs_call_direction', 'INCOMING', 'INVALID_OPTION'],
    ['hs_call_status', 'DONE', 'INVALID_OPTION'],
    ['hs_call_disposition', 'Connected', 'INVALID_OPTION'],
    ['hs_call_duration', '3 min', 'INVALID_INTEGER'],
    ['hs_call_recording_url', 'http://example.com/a.mp3', 'INVALID_URL'],
    ['hs_call_source', 'MY_APP', 'INVALID_OPTION'],
    ['hs_timestamp', 'yesterday', 'INVALID_DATE'],
    ['hs_unique_creation_key', 'k', 'READ_ONLY_VALUE'],
  ])('with %s = %s is refused', async (name, value, code) => {
    expect(codesOf(await portal().create('calls', { ...CALL, [name]: value }))).toEqual([code]);
  });

  it('names its source only together with the app and the call in it', async () => {
    const { create } = portal();
    const source = { hs_call_source: 'INTEGRATIONS_PLATFORM', hs_call_app_id: '1', hs_call_external_account_id: 'a' };
    expect(await create('calls', { ...CALL, hs_call_source: 'INTEGRATIONS_PLATFORM' })).toMatchObject({
      status: 400,
      body: { context: { properties: ['hs_call_app_id', 'hs_call_external_account_id'] } },
    });
    expect((await create('calls', { ...CALL, ...source })).status).toBe(201);
  });

  it('is updated by its id', async () => {
    const { crm, update } = portal();
    const call = crm.add('calls', CALL);
    expect((await update('calls', call.id, { hs_call_body: 'Better' })).body.properties).toMatchObject({
      hs_call_body: 'Better',
      hs_body_preview: 'Better',
    });
    expect(crm.record(call.id).properties['hs_call_title']).toBe(CALL.hs_call_title);
  });
});

it('an activity that is tied again counts once', () => {
  const { clock, crm } = portal();
  const [ann, call] = [crm.add('contacts', { firstname: 'Ann' }), crm.add('calls', {})];
  crm.associate(call.id, ann.id);
  clock.advance(1000);
  crm.associate(call.id, ann.id);
  expect(crm.record(ann.id).properties).toMatchObject({ num_notes: '1', lastmodifieddate: '2026-11-01T10:00:00.500Z' });
});

describe('a communication', () => {
  it('is logged with its channel', async () => {
    const { crm, create } = portal();
    const ann = crm.add('contacts', { firstname: 'Ann' });
    const properties = {
      hs_timestamp: '1793527200000',
      hs_communication_channel_type: 'SMS',
      hs_communication_logged_from: 'CRM',
      hs_communication_body: 'Hi',
    };
    const { status, body } = await create('communications', properties, [tie(ann.id, 81)]);
    expect([status, body.properties.hs_timestamp, crm.record(ann.id).associations]).toEqual([
      201,
      '2026-11-01T10:00:00Z',
      { communications: [body.id] },
    ]);
  });

  it.each([
    ['hs_communication_channel_type', 'FAX'],
    ['hs_communication_logged_from', 'API'],
  ])('with %s = %s is refused', async (name, value) => {
    const answer = await portal().create('communications', {
      hs_timestamp: '1793527200000',
      hs_communication_channel_type: 'SMS',
      [name]: value,
    });
    expect(codesOf(answer)).toEqual(['INVALID_OPTION']);
  });
});

it('a note is tied to a ticket by 228, and not by 223', async () => {
  const { crm, create } = portal();
  const ticket = crm.add('tickets', {});
  const note = (typeId: number) => create('notes', { hs_timestamp: '1793527200000', hs_note_body: 'x' }, [tie(ticket.id, typeId)]);
  expect((await note(223)).status).toBe(400);
  expect((await note(228)).status).toBe(201);
});

it('the calls of a contact are there at once, without the index', async () => {
  const { crm, create, found, post } = portal({ indexLagMs: 30_000 });
  const ann = crm.add('contacts', { firstname: 'Ann' });
  const { body } = await create('calls', { hs_timestamp: '1793527200000', hs_call_external_id: 'c1' }, [tie(ann.id, 194)]);
  expect(await found('calls', { propertyName: 'hs_call_external_id', operator: 'EQ', value: 'c1' })).toEqual([]);
  const ties = await post('/crm/associations/2026-09/contacts/calls/batch/read', { inputs: [{ id: ann.id }] });
  const inputs = ties.body.results[0].to.map(({ toObjectId }: { toObjectId: number }) => ({ id: String(toObjectId) }));
  expect(idsOf(await post('calls/batch/read', { properties: ['hs_call_external_id'], inputs }))).toEqual([body.id]);
});
