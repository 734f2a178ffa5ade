import { describe, expect, it } from 'vitest';
import { toObjectInfo } from '../../../src/connectors/salesforce/describe.ts';
import { type Campaigns, campaignOf, memberClauses, selectCampaigns } from '../../../src/connectors/salesforce/query/campaigns.ts';
import { toId18 } from '../../../src/connectors/salesforce/record-id.ts';
import type { Filter } from '../../../src/core/mapping/filter.ts';

const [SPRING, AUTUMN, WINTER] = ['701Fk0000000001', '701Fk0000000002', '701Fk0000000003'].map((id) => toId18(id)!) as [
  string,
  string,
  string,
];
const pathOf = (id: string) => `campaigns.campaign_${id}`;
const info = toObjectInfo({
  name: 'Contact',
  fields: [],
  childRelationships: [{ childSObject: 'CampaignMember', field: 'ContactId', relationshipName: 'CampaignMembers' }],
});
const nobody = { object: async () => info, forget: () => undefined };
const select = async (...ids: string[]): Promise<Campaigns> =>
  (await selectCampaigns(nobody, info, ids.map(pathOf), { signal: new AbortController().signal, now: () => 0 }))!;

describe('campaignOf', () => {
  it('reads the id of a campaign, of 15 characters too', () => {
    expect(campaignOf(pathOf(SPRING))).toBe(SPRING);
    expect(campaignOf(pathOf(SPRING.slice(0, 15)))).toBe(SPRING);
  });

  it.each(['Campaign.Name', 'campaigns', 'campaigns.Name', 'Campaigns__r.campaign_1', 'lists.list_1'])('%s is another path', (path) => {
    expect(campaignOf(path)).toBeNull();
  });

  it.each([pathOf('611'), pathOf('003Fk0000000001'), pathOf(SPRING.toLowerCase())])('%s names no campaign', (path) => {
    expect(() => campaignOf(path)).toThrow(expect.objectContaining({ code: 'campaign_not_found', category: 'configuration' }));
  });
});

describe('memberships that are read along', () => {
  it('are a subquery, and a boolean for each path', async () => {
    const campaigns = await select(SPRING, AUTUMN);
    expect(campaigns.column).toBe(
      `(SELECT CampaignId FROM CampaignMembers WHERE CampaignId IN ('${SPRING}','${AUTUMN}') AND IsDeleted = FALSE)`,
    );
    expect(campaigns.read({ CampaignMembers: null })).toEqual({ [pathOf(SPRING)]: false, [pathOf(AUTUMN)]: false });
    const members = { totalSize: 1, done: true, records: [{ CampaignId: AUTUMN }, null] };
    expect(campaigns.read({ CampaignMembers: members })).toEqual({ [pathOf(SPRING)]: false, [pathOf(AUTUMN)]: true });
  });

  it.each([undefined, 'x', {}, { done: false, records: [] }, { done: true, records: null }])('%j does not tell', async (result) => {
    expect((await select(SPRING)).read({ CampaignMembers: result })).toBeNull();
  });
});

describe('what of a filter is left to Salesforce', () => {
  const member = (id: string): Filter => ({ field: pathOf(id), eq: true });
  const joinOf = (id: string) => `Id IN (SELECT ContactId FROM CampaignMember WHERE CampaignId IN ('${id}'))`;

  it.each<[string, Filter, readonly string[]]>([
    ['a campaign', member(SPRING), [joinOf(SPRING)]],
    ['one of several conditions', { all: [{ field: 'Title', eq: 'x' }, { all: [member(SPRING)] }] }, [joinOf(SPRING)]],
    ['two of three campaigns', { all: [member(SPRING), member(AUTUMN), member(WINTER)] }, [joinOf(SPRING), joinOf(AUTUMN)]],
    ['one of two, either of them', { any: [member(SPRING), member(AUTUMN)] }, []],
    ['who is in none', { not: member(SPRING) }, []],
    ['who is not in it', { field: pathOf(SPRING), eq: false }, []],
  ])('%s', async (_, filter, clauses) => {
    expect(memberClauses(filter, await select(SPRING, AUTUMN, WINTER))).toEqual(clauses);
  });
});
