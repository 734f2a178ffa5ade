import type { Filter } from '../../../core/mapping/filter.ts';
import { CrmSyncError } from '../../../errors.ts';
import type { Call } from '../../../ports/connector.ts';
import type { ChildRelation, Describer, ObjectInfo } from '../describe.ts';
import { toId18 } from '../record-id.ts';
import type { WireRow } from './field-path.ts';

/** Whether a record is a member of a campaign: `campaigns.campaign_701Fk000000001QAAQ`. */
export interface CampaignPath {
  readonly path: string;
  readonly id: string;
}

/** How the memberships that are asked for are read along with their record. */
export interface Campaigns {
  readonly paths: readonly CampaignPath[];
  /** The field of CampaignMember that names the record. */
  readonly lookup: string;
  /** A subquery. Of a deleted record Salesforce would tell deleted memberships too. */
  readonly column: string;
  /** By path; null where the row does not tell. */
  read(row: WireRow): Readonly<Record<string, boolean>> | null;
}

const MEMBER = 'CampaignMember';
const PREFIX = '701';
const CAMPAIGN = /^campaigns\.campaign_([A-Za-z0-9]+)$/;
/** Most semi-joins of a query. Source: SOQL and SOSL Reference, Considerations for Semi-Join and Anti-Join Queries. */
const JOINS_MAX = 2;

export const isCampaign = (path: string): boolean => CAMPAIGN.test(path);

/**
 * The campaign of a path; null for a path that means something else.
 *
 * @throws CrmSyncError `campaign_not_found` for one that names no campaign.
 */
export function campaignOf(path: string): string | null {
  const text = CAMPAIGN.exec(path)?.[1];
  if (text === undefined) return null;
  const id = text.startsWith(PREFIX) ? toId18(text) : null;
  if (id === null) throw campaignNotFound(text);
  return id;
}

/** Null where none is asked for. @throws CrmSyncError `campaign_not_found`, `object_without_campaigns`, `object_not_visible`. */
export async function selectCampaigns(
  describer: Describer,
  info: ObjectInfo,
  fields: readonly string[],
  call: Call,
): Promise<Campaigns | null> {
  const paths = [...new Set(fields)].flatMap((path): CampaignPath[] => {
    const id = campaignOf(path);
    return id === null ? [] : [{ path, id }];
  });
  if (paths.length === 0) return null;
  const { lookup, name } = await membersOf(describer, info, call);
  const ids = [...new Set(paths.map(({ id }) => id))];
  return {
    paths,
    lookup,
    column: `(SELECT CampaignId FROM ${name} WHERE ${ofCampaigns(ids)} AND IsDeleted = FALSE)`,
    read(row) {
      const of = campaignsIn(row[name]);
      return of && Object.fromEntries(paths.map(({ path, id }) => [path, of.has(id)]));
    },
  };
}

/** How members of campaigns name records of the object. */
export async function membersOf(describer: Describer, { children, described }: ObjectInfo, call: Call): Promise<ChildRelation> {
  const found = children.find(({ object }) => object === MEMBER);
  if (found) return found;
  await describer.object(MEMBER, call); // says where campaigns are hidden from the connected user
  throw new CrmSyncError(`${described.name} can't be a member of a campaign.`, {
    code: 'object_without_campaigns',
    category: 'configuration',
    remedy: 'Ask for a campaign in a mapping of Contact or Lead.',
    at: { object: described.name },
  });
}

function campaignsIn(result: unknown): ReadonlySet<string> | null {
  if (result === null) return new Set();
  const { records, done } = (typeof result === 'object' ? result : {}) as Record<string, unknown>;
  if (!Array.isArray(records) || done !== true) return null;
  return new Set(records.flatMap((row: { readonly CampaignId?: unknown } | null) => toId18(row?.CampaignId) ?? []));
}

const ofCampaigns = (ids: readonly string[]): string => `CampaignId IN (${ids.map((id) => `'${id}'`).join(',')})`;

/** The condition of a query on the object that lets members pass. */
export const memberClause = ({ lookup }: Campaigns, ids: readonly string[], since?: string): string =>
  `Id IN (SELECT ${lookup} FROM ${MEMBER} WHERE ${ofCampaigns(ids)}${since === undefined ? '' : ` AND SystemModstamp >= ${since}`})`;

/** Conditions that let through every member of the campaigns that each record of the filter is in: two at most. */
export function memberClauses(filter: Filter, campaigns: Campaigns | null): readonly string[] {
  if (campaigns === null) return [];
  return ofAll(filter, campaigns)
    .slice(0, JOINS_MAX)
    .map((id) => memberClause(campaigns, [id]));
}

function ofAll(filter: Filter, campaigns: Campaigns): readonly string[] {
  if ('all' in filter) return [...new Set(filter.all.flatMap((part) => ofAll(part, campaigns)))];
  const found = 'eq' in filter && filter.eq === true ? campaigns.paths.find(({ path }) => path === filter.field) : undefined;
  return found ? [found.id] : [];
}

/** Never taken for a campaign without members: that would take everybody out. */
export const campaignNotFound = (id: string): CrmSyncError =>
  new CrmSyncError(`Salesforce shows the connected user no campaign ${id}.`, {
    code: 'campaign_not_found',
    category: 'configuration',
    remedy: 'Restore the campaign, share it with the connected user, or name another one: the id is in its URL and starts with 701.',
  });
