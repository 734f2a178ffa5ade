/** Versions of the API by date, each served for 18 months. Source: HubSpot developer docs, "Versioning". */
export const API_VERSIONS = ['2026-09', '2026-03'] as const;
export type ApiVersion = (typeof API_VERSIONS)[number];

type Area = 'objects' | 'associations' | 'properties' | 'validations' | 'pipelines' | 'owners' | 'lists' | 'account' | 'schemas' | 'oauth';

const PREFIX: Readonly<Record<Area, string>> = {
  objects: '/crm/objects',
  associations: '/crm/associations',
  properties: '/crm/properties',
  validations: '/crm/property-validations',
  pipelines: '/crm/pipelines',
  owners: '/crm/owners',
  lists: '/crm/lists',
  account: '/account-info',
  schemas: '/crm-object-schemas',
  oauth: '/oauth',
};

/** A path of the API without its version. */
export interface Resource {
  readonly area: Area;
  readonly segments: readonly string[];
  /** The same without names and ids, for reports and errors. */
  readonly operation: string;
}

export const objectsOf = (object: string, ...rest: readonly string[]): Resource => ({
  area: 'objects',
  segments: [object, ...rest],
  operation: [PREFIX.objects, '{object}', ...rest].join('/'),
});
export const associationsOf = (from: string, to: string, ...rest: readonly string[]): Resource => ({
  area: 'associations',
  segments: [from, to, ...rest],
  operation: [PREFIX.associations, '{object}', '{object}', ...rest].join('/'),
});
export const propertiesOf = (object: string): Resource => ({
  area: 'properties',
  segments: [object],
  operation: `${PREFIX.properties}/{object}`,
});
export const validationsOf = (typeId: string): Resource => ({
  area: 'validations',
  segments: [typeId],
  operation: `${PREFIX.validations}/{object}`,
});
export const ownerOf = (id: string): Resource => ({ area: 'owners', segments: [id], operation: `${PREFIX.owners}/{id}` });
export const pipelinesOf = (object: string): Resource => ({
  area: 'pipelines',
  segments: [object],
  operation: `${PREFIX.pipelines}/{object}`,
});
export const listAt = (list: string): Resource => ({ area: 'lists', segments: [list], operation: `${PREFIX.lists}/{list}` });
export const membersOf = (list: string): Resource => ({
  area: 'lists',
  segments: [list, 'memberships'],
  operation: `${PREFIX.lists}/{list}/memberships`,
});
export const joinOrderOf = (list: string): Resource => ({
  area: 'lists',
  segments: [list, 'memberships', 'join-order'],
  operation: `${PREFIX.lists}/{list}/memberships/join-order`,
});
export const LIST_MEMBERSHIPS: Resource = {
  area: 'lists',
  segments: ['records', 'memberships', 'batch', 'read'],
  operation: `${PREFIX.lists}/records/memberships/batch/read`,
};
export const OWNERS: Resource = { area: 'owners', segments: [], operation: PREFIX.owners };
export const SCHEMAS: Resource = { area: 'schemas', segments: ['schemas'], operation: `${PREFIX.schemas}/schemas` };
export const ACCOUNT_DETAILS: Resource = { area: 'account', segments: ['details'], operation: `${PREFIX.account}/details` };
export const TOKEN: Resource = { area: 'oauth', segments: ['token'], operation: `${PREFIX.oauth}/token` };
export const REVOKE: Resource = { area: 'oauth', segments: ['token', 'revoke'], operation: `${PREFIX.oauth}/token/revoke` };

/** The one place that makes a path: area, version, and segments that can't be taken for more than they are. */
export const pathOf = ({ area, segments }: Resource, version: ApiVersion): string =>
  [PREFIX[area], version, ...segments.map(encodeURIComponent)].join('/');
