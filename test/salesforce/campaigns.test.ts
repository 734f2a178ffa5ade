import { describe, expect, it } from 'vitest';
import type { Json } from '../../src/core/values/value.ts';
import type { Call, Fetched } from '../../src/ports/connector.ts';
import { type SalesforceOptions, salesforce } from '../../src/salesforce.ts';
import { manualClock } from '../../src/testing/manual-clock.ts';
import { type FakeSalesforceOptions, fakeSalesforce } from '../../src/testing/salesforce/fake-salesforce.ts';
import { connect, contact, described, ID, rows } from './scripted.ts';

const MINUTE = 60_000;

function org(options: FakeSalesforceOptions = {}, connectorOptions: Partial<SalesforceOptions> = {}) {
  const clock = manualClock('2026-05-01T12:00:00Z');
  const crm = fakeSalesforce({ clock, ...options });
  const spring = crm.add('Campaign', { Name: 'Spring' }).id;
  const path = `campaigns.campaign_${spring}`;
  const people = Array.from({ length: 7 }, (_, index) => crm.add('Contact', { LastName: `Lee ${index}` }).id);
  const join = (ContactId: string | undefined, more: object = {}) => crm.add('CampaignMember', { CampaignId: spring, ContactId }, more).id;
  const connector = salesforce({ ...crm.options, clock, ...connectorOptions });
  const call: Call = { signal: new AbortController().signal, now: clock.now };
  const query = { object: 'Contact', fields: ['LastName', path], filter: { field: path, eq: true } };
  /** What a read gives, page by page, and where it stands after each page. */
  async function read(from: Json | null, pagesMax = Number.POSITIVE_INFINITY) {
    const records: Fetched[] = [];
    let checkpoint = from;
    let pages = 0;
    let last = false;
    for await (const page of connector.read({ ...query, from }, call)) {
      records.push(...page.records);
      checkpoint = page.checkpoint;
      last = page.last;
      pages += 1;
      if (pages >= pagesMax) break;
    }
    const members = records.filter((record) => record.state === 'present' && record.values[path] === true).map(({ id }) => id);
    return { records, members, ids: records.map(({ id }) => id), checkpoint, last };
  }
  const members = async (known: Json | null = null) => connector.members?.({ object: 'Contact', path, known }, call);
  return { clock, crm, spring, path, people, join, connector, call, read, members, query };
}

describe('records with their memberships', () => {
  it('are, in a first read, the members alone, and say so themselves', async () => {
    const { people, join, read } = org();
    for (const id of people.slice(0, 3)) join(id);
    expect(new Set((await read(null)).ids)).toEqual(new Set(people.slice(0, 3)));
  });

  it('come after their own changes where they joined since, also when the read is cut after any page', async () => {
    const { clock, people, join, read } = org({ pageSizeMax: 1 });
    join(people[0]);
    clock.advance(60 * MINUTE);
    const { checkpoint } = await read(null);
    clock.advance(60 * MINUTE);
    for (const id of people.slice(1, 5)) join(id);
    const whole = await read(checkpoint);
    expect(new Set(whole.members)).toEqual(new Set(people.slice(1, 5)));
    const pieces: string[] = [];
    let at = checkpoint;
    for (let isOver = false; !isOver; ) {
      const piece = await read(at, 1);
      pieces.push(...piece.ids);
      [at, isOver] = [piece.checkpoint, piece.last];
    }
    expect(new Set(pieces)).toEqual(new Set(people.slice(1, 5)));
    clock.advance(60 * MINUTE);
    const again = await read(at); // within the overlap of what was read before
    clock.advance(60 * MINUTE);
    expect((await read(again.checkpoint)).ids).toEqual([]);
  });

  it('are found where the membership became visible after its own stamp', async () => {
    const { clock, people, join, read } = org();
    const { checkpoint: first } = await read(null);
    clock.advance(60 * MINUTE);
    join(people[0], { commitDelayMs: 5 * MINUTE });
    clock.advance(MINUTE);
    const { checkpoint } = await read(first);
    clock.advance(10 * MINUTE);
    expect((await read(checkpoint)).ids).toEqual([people[0]]);
  });

  it('are fetched with them, and come back from a deletion with none', async () => {
    const { crm, people, join, connector, call, query, path } = org();
    join(people[0]);
    const [member, other] = await connector.fetch({ ...query, ids: [people[0]!, people[1]!] }, call);
    expect([member, other]).toMatchObject([{ values: { [path]: true } }, { values: { [path]: false } }]);
    crm.remove(people[0]!);
    expect((await connector.fetch({ ...query, ids: [people[0]!] }, call))[0]).toMatchObject({ state: 'deleted' });
  });

  it('are read by no query job: those have no subqueries', async () => {
    const { crm, people, join, read } = org({}, { bulk: { readFrom: 1 } });
    join(people[0]);
    expect((await read(null)).ids).toEqual([people[0]]);
    expect(crm.calls.filter(({ operation }) => operation.includes('jobs'))).toEqual([]);
  });

  it('are unreadable where Salesforce does not tell: nobody is taken out of a campaign by an answer', async () => {
    const SPRING = '701000000000001AAA';
    const child = { childSObject: 'CampaignMember', field: 'ContactId', relationshipName: 'CampaignMembers' };
    const withChildren = async () => Response.json({ ...((await contact().json()) as object), childRelationships: [child] });
    const row = { Id: ID.contact[0], SystemModstamp: '2026-05-01T00:00:00.000+0000', IsDeleted: false, MasterRecordId: null };
    const { connector, call } = connect({}, await withChildren(), rows({ ...row, FirstName: 'Ann' }), rows({ Id: SPRING }));
    const [record] = await connector.fetch({ object: 'Contact', ids: [ID.contact[0]], fields: [`campaigns.campaign_${SPRING}`] }, call);
    expect(record).toMatchObject({ state: 'unreadable', code: 'membership_unknown' });
  });

  it('are refused where campaigns are hidden from the connected user', async () => {
    const { connector, call } = connect(
      {},
      described('Contact', {}),
      Response.json([{ errorCode: 'NOT_FOUND', message: 'x' }], { status: 404 }),
    );
    const fields = ['campaigns.campaign_701000000000001AAA'];
    await expect(connector.fetch({ object: 'Contact', ids: [ID.contact[0]], fields }, call)).rejects.toMatchObject({
      code: 'object_not_visible',
      category: 'permission',
      at: { object: 'CampaignMember' },
    });
  });
});

describe('all members of a campaign', () => {
  it('are told once, and after that only where somebody has come or gone', async () => {
    const { clock, crm, people, join, members } = org();
    const first = join(people[0]);
    join(people[1]);
    clock.advance(60 * MINUTE);
    const before = await members();
    expect(new Set(before?.ids)).toEqual(new Set(people.slice(0, 2)));
    clock.advance(30 * MINUTE);
    crm.forgetCalls();
    expect(await members(before?.known)).toEqual({ ids: null, known: before?.known });
    expect(crm.calls).toHaveLength(1);
    crm.remove(first);
    const left = await members(before?.known);
    expect(left?.ids).toEqual([people[1]]);
    crm.remove(crm.list('CampaignMember')[0]!.id);
    join(people[2]);
    expect((await members(left?.known))?.ids).toEqual([people[2]]);
  });

  it('are told again where one of them became visible late', async () => {
    const { clock, people, join, members } = org();
    clock.advance(60 * MINUTE);
    join(people[0], { commitDelayMs: 5 * MINUTE });
    const before = await members();
    expect(before?.ids).toEqual([]);
    clock.advance(6 * MINUTE);
    expect((await members(before?.known))?.ids).toEqual([people[0]]);
  });

  it('are never none because the campaign is gone', async () => {
    const { clock, crm, spring, people, join, members } = org();
    join(people[0]);
    clock.advance(60 * MINUTE);
    const before = await members();
    crm.remove(spring);
    await expect(members(before?.known)).rejects.toMatchObject({ code: 'campaign_not_found' });
    await expect(members()).rejects.toMatchObject({ code: 'campaign_not_found' });
  });

  it('are asked for of campaigns alone: any other path costs nothing', async () => {
    const { crm, connector, call } = org();
    for (const path of ['LastName', 'Account.Name', 'campaigns'])
      expect(await connector.members?.({ object: 'Contact', path, known: null }, call)).toBeNull();
    expect(crm.calls).toEqual([]);
  });

  it('are all asked for where what was known is of another kind', async () => {
    const { people, join, members } = org();
    join(people[0]);
    for (const known of [{}, 'x', { version: 2 }, null]) expect((await members(known))?.ids).toEqual([people[0]]);
  });
});
