import { describe, expect, it } from 'vitest';
import { associationsOf } from '../../src/connectors/hubspot/activities/associations.ts';
import type { Activity } from '../../src/core/activity/activity.ts';
import type { Channel } from '../../src/core/conversation/conversation.ts';
import { type HubSpotOptions, hubspot } from '../../src/hubspot.ts';
import type { Association, Call, RequestSeen, Wrote } from '../../src/ports/connector.ts';
import { type FakeHubSpotOptions, fakeHubSpot } from '../../src/testing/hubspot/fake-hubspot.ts';
import { ALL_SCOPES } from '../../src/testing/hubspot/scopes.ts';
import { manualClock } from '../../src/testing/manual-clock.ts';

function open(portal: FakeHubSpotOptions = {}, options: Partial<HubSpotOptions> = {}) {
  const clock = manualClock('2026-11-01T12:00:00Z');
  const crm = fakeHubSpot({ clock, ...portal });
  const requests: RequestSeen[] = [];
  const call: Call = { signal: new AbortController().signal, now: () => clock.now(), onRequest: (request) => requests.push(request) };
  const connector = hubspot({ ...crm.options, random: () => 0, ...options });
  const acme = crm.add('companies', { name: 'Acme' }).id;
  const ann = crm.add('contacts', { firstname: 'Ann' }).id;
  crm.associate(ann, acme, 'Primary');
  crm.associate(ann, crm.add('companies', { name: 'Former employer' }).id);
  const deal = crm.add('deals', { dealname: 'Big' }).id;
  const ticket = crm.add('tickets', { subject: 'Broken' }).id;
  const log = async (channel: Channel, associations: readonly Association[] = []): Promise<Wrote> => {
    const activity: Activity = {
      key: `retell:${channel}`,
      channel,
      direction: 'inbound',
      subject: 'A subject',
      body: 'A body',
      startedAt: '2026-10-30T08:00:00Z',
      outcome: 'completed',
      record: { object: 'contacts', id: ann },
      associations,
    };
    const { object, values, associations: tied = [] } = await connector.activityRecord(activity, call);
    requests.length = 0;
    return (await connector.write([{ op: 'op-1', object, id: null, values, associations: tied }], call))[0]!;
  };
  return { crm, connector, call, requests, acme, ann, deal, ticket, log };
}
const OBJECTS = { call: 'calls', sms: 'communications', chat: 'notes' } as const;

describe.each(Object.keys(OBJECTS) as (keyof typeof OBJECTS)[])('an activity of the channel %s', (channel) => {
  it('is tied to contact, company, deal and ticket in the request that makes it', async () => {
    const { crm, log, requests, ...ids } = open();
    const named = [
      { object: 'deals', id: ids.deal },
      { object: 'ticket', id: ids.ticket },
      { object: '0-2', id: ids.acme },
      { object: 'contact', id: ids.ann },
    ];
    expect(await log(channel, named)).toMatchObject({ outcome: 'done' });
    const [logged] = crm.list(OBJECTS[channel]);
    expect(logged!.associations).toEqual({ contacts: [ids.ann], companies: [ids.acme], deals: [ids.deal], tickets: [ids.ticket] });
    expect(requests.map(({ operation }) => operation)).toEqual(['POST /crm/objects/{object}/batch/create']);
  });
  it('is tied to the primary company of its contact, which costs one read', async () => {
    const { crm, log, requests, ann, acme } = open();
    await log(channel);
    await log(channel);
    expect(crm.list(OBJECTS[channel]).map(({ associations }) => associations)).toEqual(
      Array.from({ length: 2 }, () => ({ contacts: [ann], companies: [acme] })),
    );
    expect(requests.map(({ operation }) => operation)).toEqual([
      'POST /crm/associations/{object}/{object}/batch/read',
      'POST /crm/objects/{object}/batch/create',
    ]);
  });
});

describe('the primary company', () => {
  it('is left out where another company is named', async () => {
    const { crm, log, ann } = open();
    const other = crm.add('companies', { name: 'Other' }).id;
    await log('call', [{ object: 'companies', id: other }]);
    expect(crm.list('calls')[0]!.associations).toEqual({ contacts: [ann], companies: [other] });
  });
  it.each([
    ['the host does not want it', {}, { associateCompany: false }],
    ['the app does not see companies', { scopes: ALL_SCOPES.filter((scope) => !scope.includes('companies')) }, {}],
  ] as const)('is left out where %s', async (_, portal, options) => {
    const { crm, log, ann } = open(portal, options);
    expect(await log('call')).toMatchObject({ outcome: 'done' });
    expect(Object.keys(crm.list('calls')[0]!.associations)).toContain('contacts');
    expect(crm.list('calls')[0]!.associations).toEqual({ contacts: [ann] });
  });
  it('of a contact that has none is none', async () => {
    const { crm, log, ann, acme } = open();
    for (const id of crm.record(ann).associations['companies'] ?? []) crm.dissociate(ann, id);
    expect(acme).not.toBe('');
    await log('call');
    expect(crm.list('calls')[0]!.associations).toEqual({ contacts: [ann] });
  });
  it('is not added by an update, which ties what it is told to', async () => {
    const { crm, connector, call, requests, ann } = open({}, { associateCompany: true });
    const { id } = crm.add('calls', { hs_timestamp: '2026-10-30T08:00:00Z' });
    const write = { op: 'op-2', object: 'calls', id, values: { hs_call_title: 'Another' } };
    await connector.write([{ ...write, associations: [{ object: 'contacts', id: ann }] }], call);
    expect(crm.list('calls').map(({ associations }) => associations)).toEqual([{ contacts: [ann] }]);
    expect(requests.map(({ operation }) => operation).filter((operation) => operation.includes('companies'))).toEqual([]);
  });
});

describe('a wrong association', () => {
  it.each([
    ['no id', { object: 'deals', id: "1' OR 1" }, 'invalid_record_id'],
    ['an id of another CRM', { object: 'deals', id: '006000000000001' }, 'invalid_record_id'],
    ['no object', { object: 'deals/1', id: '1' }, 'invalid_object_name'],
  ])('that is %s is refused before anything is sent', async (_, association, code) => {
    const { log, requests } = open();
    await expect(log('call', [association])).rejects.toMatchObject({ code, category: 'configuration' });
    expect(requests.filter(({ operation }) => operation.includes('batch'))).toEqual([]);
  });
  it('that names a record which is not there is refused with a remedy, and nothing is logged', async () => {
    const { crm, log } = open();
    expect(await log('call', [{ object: 'deals', id: '999999999999' }])).toMatchObject({
      outcome: 'refused',
      code: 'invalid_reference',
      remedy: expect.stringContaining('does not exist'),
    });
    expect(crm.list('calls')).toEqual([]);
  });
});

describe('associationsOf', () => {
  it('has the record first, and each record once, whatever its object is called', () =>
    expect(
      associationsOf({
        record: { object: 'contacts', id: '1' },
        associations: [
          { object: '0-1', id: '1' },
          { object: 'deals', id: '1' },
          { object: 'deal', id: '1' },
        ],
      }),
    ).toEqual([
      { object: 'contacts', id: '1' },
      { object: 'deals', id: '1' },
    ]));
});
