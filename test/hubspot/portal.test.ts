import { test as prop } from '@fast-check/vitest';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Activity } from '../../src/core/activity/activity.ts';
import type { Channel } from '../../src/core/conversation/conversation.ts';
import { type Filter, matchesFilter } from '../../src/core/mapping/filter.ts';
import type { Json } from '../../src/core/values/value.ts';
import { hubspot } from '../../src/hubspot.ts';
import type { Call, ReadQuery, RequestSeen } from '../../src/ports/connector.ts';
import { type FakeHubSpotOptions, fakeHubSpot } from '../../src/testing/hubspot/fake-hubspot.ts';
import { manualClock } from '../../src/testing/manual-clock.ts';
import { pagesOf } from './scripted.ts';

function open(options: FakeHubSpotOptions = {}, connectorOptions: object = {}) {
  const clock = manualClock('2026-11-01T12:00:00Z');
  const crm = fakeHubSpot({ clock, tokenSeconds: 10_000_000, ...options });
  const requests: RequestSeen[] = [];
  const call: Call = { signal: new AbortController().signal, now: () => clock.now(), onRequest: (request) => requests.push(request) };
  return { clock, crm, requests, call, connector: hubspot({ ...crm.options, random: () => 0, ...connectorOptions }) };
}
const query = (more: Partial<ReadQuery> = {}): ReadQuery => ({
  object: 'contacts',
  fields: ['firstname'],
  filter: null,
  from: null,
  ...more,
});
const HOUR = 3_600_000;

describe('10,000 records that were changed at one moment', () => {
  it('are all read, by no search of more than 10,000, and none twice', async () => {
    const { crm, clock, connector, call, requests } = open({ burstLimit: 1_000 });
    const [before] = await pagesOf(connector.read(query(), call));
    clock.advance(HOUR);
    const ids: string[] = [];
    for (let index = 0; index < 10_200; index += 1) ids.push(crm.add('contacts', { firstname: 'Bulk' }).id);
    const pages = await pagesOf(connector.read(query({ from: before!.checkpoint }), call));
    expect(pages.flatMap(({ records }) => records.map(({ id }) => id)).sort()).toEqual(ids.sort());
    expect(requests.every(({ status }) => status === 200)).toBe(true);
  });
});

describe('changes that come between two pages', () => {
  it('lose nothing, wherever the read is stopped and goes on', async () => {
    const { crm, clock, call, ...opened } = open({ pageSizeMax: 2, indexLagMs: 20_000 });
    const ids = Array.from({ length: 9 }, (_, index) => crm.add('contacts', { firstname: `N${index}` }).id);
    clock.advance(60_000);
    const seen = new Map<string, unknown>();
    let from: Json | null = null;
    for (let turn = 0; turn < 40; turn += 1) {
      for await (const page of opened.connector.read(query({ from }), call)) {
        for (const record of page.records) seen.set(record.id, record.state === 'present' ? record.values['firstname'] : record.state);
        from = page.checkpoint;
        break; // a process that is killed after every page
      }
      if (turn < 10) crm.edit(ids[(turn * 5) % ids.length]!, { firstname: `Edited ${turn}` });
      if (turn < 5) ids.push(crm.add('contacts', { firstname: `Added ${turn}` }).id);
      clock.advance(turn < 12 ? 7_000 : 30_000);
    }
    expect(Object.fromEntries(seen)).toEqual(
      Object.fromEntries(crm.list('contacts').map(({ id, properties }) => [id, properties['firstname']])),
    );
  });
});

describe('limits', () => {
  it('of searches are kept by pace alone, also for many callers at once', async () => {
    const { connector, call, requests } = open({ searchLimit: 5 });
    await connector.describe('contacts', call);
    const find = (index: number) => connector.find({ object: 'contacts', by: 'firstname', values: [`N${index}`], fields: [] }, call);
    await Promise.all(Array.from({ length: 20 }, (_, index) => find(index)));
    expect(requests.map(({ status }) => status)).toEqual(Array.from({ length: 21 }, () => 200));
  });
  it('of ten seconds are kept where the headers tell that they are near', async () => {
    const { connector, call, requests } = open({ burstLimit: 30 });
    for (let turn = 0; turn < 90; turn += 1) await connector.fetch({ object: 'contacts', ids: ['1'], fields: ['firstname'] }, call);
    expect(requests.filter(({ status }) => status === 429).length).toBeLessThanOrEqual(3);
  });
  it('of the day are told with every request of a private app', async () => {
    const { connector, call, requests } = open({ app: 'private', dailyLimit: 1_000 });
    await connector.describe('contacts', call);
    expect(requests.at(-1)!.usage).toEqual({ used: 1, limit: 1_000 });
  });
});

describe('an activity', () => {
  const activity = (channel: Channel, id: string, more: Partial<Activity> = {}): Activity => ({
    key: `retell:${channel}`,
    channel,
    direction: 'inbound',
    subject: 'A subject',
    body: 'Line <one> & "two"\nDirection: Inbound',
    startedAt: '2026-10-30T08:00:00Z',
    outcome: 'completed',
    record: { object: 'contacts', id },
    ...more,
  });
  const KINDS: Record<Channel, readonly [object: string, channelType: string | undefined]> = {
    call: ['calls', undefined],
    voicemail: ['calls', undefined],
    sms: ['communications', 'SMS'],
    whatsapp: ['communications', 'WHATS_APP'],
    chat: ['notes', undefined],
    email: ['notes', undefined],
    fax: ['notes', undefined],
    other: ['notes', undefined],
  };
  it.each(Object.keys(KINDS) as Channel[])(
    'of the channel %s is logged once on the contact, as HubSpot has it, and found again',
    async (channel) => {
      const { crm, connector, call } = open();
      const ann = crm.add('contacts', { firstname: 'Ann' });
      const [object, channelType] = KINDS[channel];
      const { values, associations = [], ...form } = await connector.activityRecord(activity(channel, ann.id), call);
      const [wrote] = await connector.write([{ op: 'op-1', object: form.object, id: null, values, associations }], call);
      expect(wrote).toMatchObject({ outcome: 'done', created: true, values });
      const [logged, ...others] = crm.list(object);
      expect(others).toEqual([]);
      expect(logged!.associations).toEqual({ contacts: [ann.id] });
      expect(logged!.properties['hs_communication_channel_type']).toBe(channelType);
      const found = await connector.find(
        { object, by: '$activity', values: [`retell:${channel}`, 'retell:other'], fields: [], record: { object: 'contacts', id: ann.id } },
        call,
      );
      expect(found.found.map(({ record }) => record.id)).toEqual([logged!.id]);
    },
  );
  it('of a website chat is a communication where the host says so', async () => {
    const { crm, connector, call } = open({}, { chatAs: 'communication' });
    const ann = crm.add('contacts', { firstname: 'Ann' });
    const form = await connector.activityRecord(activity('chat', ann.id), call);
    expect(form).toMatchObject({ object: 'communications', values: { hs_communication_channel_type: 'CUSTOM_CHANNEL_CONVERSATION' } });
  });
});

describe('what a search leaves out', () => {
  const { crm, clock, connector, call, requests } = open({
    properties: {
      contacts: { score: { type: 'number' }, vip: { type: 'bool' }, born: { type: 'date' }, met: { type: 'datetime' } },
    },
  });
  const TEXTS = ['ann', 'Ann', "O'Brien", '50%', 'a b', 'Zoë', ' x '];
  for (const [index, text] of TEXTS.entries()) {
    crm.add('contacts', {
      lastname: text,
      firstname: index < 3 ? null : text.toUpperCase(),
      score: index < 2 ? null : index - 3,
      vip: index < 4 ? null : index % 2 === 0,
      born: index < 4 ? null : `200${index}-02-28`,
      hs_lead_status: index < 4 ? null : ['NEW', 'OPEN', 'BAD_TIMING'][index - 4],
      ...(index === 5 ? { met: '2026-11-01T12:00:00.000Z' } : {}),
    });
    clock.advance(40_000_000);
  }
  const FIELDS = ['lastname', 'firstname', 'score', 'vip', 'born', 'met', 'hs_lead_status', 'lastmodifieddate', 'hs_object_id', 'hidden'];
  const text = fc.constantFrom(
    ...TEXTS,
    'n',
    '',
    'new',
    'NEW',
    'none',
    '2006-02-28',
    '2026-11-02',
    '2026-11-01T12:00:00.000Z',
    '2026-11-01T12:00:00Z',
    '7',
  );
  const number = fc.constantFrom(-1, 0, 0.5, 3, 7, 1e21);
  const value = fc.oneof(text, number, fc.boolean(), fc.constant(null));
  const field = fc.constantFrom(...FIELDS);
  const condition: fc.Arbitrary<Filter> = fc.oneof(
    fc.record({ field, eq: value }),
    fc.record({ field, ne: value }),
    fc.record({ field, in: fc.array(value, { minLength: 1, maxLength: 3 }) }),
    fc.record({ field, lt: fc.oneof(text, number) }),
    fc.record({ field, gt: fc.oneof(text, number) }),
    fc.record({ field, contains: text.filter((part) => part !== '') }),
    fc.record({ field, blank: fc.boolean() }),
    fc.record({ field, since: text }),
  );
  const { filter: anyFilter } = fc.letrec<{ filter: Filter }>((tie) => ({
    filter: fc.oneof(
      { depthSize: 'small' },
      condition,
      fc.record({ all: fc.array(tie('filter'), { minLength: 1, maxLength: 3 }) }),
      fc.record({ any: fc.array(tie('filter'), { minLength: 1, maxLength: 3 }) }),
      fc.record({ not: tie('filter') }),
    ),
  }));
  const readAll = async (filter: Filter | null) =>
    (await pagesOf(connector.read(query({ fields: FIELDS, filter, limit: 100 }), call)))
      .flatMap(({ records }) => records)
      .flatMap((record) => (record.state === 'present' ? [record] : []));

  prop.prop([anyFilter], { numRuns: 300 })('the filter of a sample leaves out too, whatever it asks', async (filter) => {
    const wanted = (await readAll(null)).filter(({ values }) => matchesFilter(filter, (name) => values[name])).map(({ id }) => id);
    const given = (await readAll(filter)).map(({ id }) => id);
    expect(given).toEqual(expect.arrayContaining(wanted));
    expect(requests.some(({ status }) => status === 400)).toBe(false); // a search that HubSpot can not read
  });
  it('is something', async () => {
    const before = requests.length;
    expect(await readAll({ field: 'hs_lead_status', eq: 'new' })).toHaveLength(1);
    expect(requests.slice(before).map(({ operation }) => operation)).toContain('POST /crm/objects/{object}/search');
  });
});
