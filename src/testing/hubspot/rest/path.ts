/** A part of the API, whatever its paths look like in which version. */
export type Area =
  | 'objects'
  | 'associations'
  | 'properties'
  | 'pipelines'
  | 'owners'
  | 'lists'
  | 'schemas'
  | 'validations'
  | 'account'
  | 'oauth';

export interface ApiPath {
  readonly area: Area;
  readonly version: string;
  /** What comes after area and version, with its slash. */
  readonly rest: string;
}

/** Versions named by date. Source: HubSpot developer docs, "Versioning". */
const DATED = ['2026-03', '2026-09'];

/** Dated paths, then those of the numbered versions, which still answer and mind no rule of 2026-09. */
const PATTERNS: readonly (readonly [RegExp, (area: string) => Area])[] = [
  [/^\/crm\/(objects|associations|properties|pipelines|owners|lists)\/(\d{4}-\d\d)(\/.*)?$/, (area) => area as Area],
  [/^\/crm\/(associations)\/(v4)(\/.*)?$/, () => 'associations'], // where HubSpot's own client asks for labels
  [/^\/(crm-object-schemas)\/(\d{4}-\d\d|v3)\/schemas(\/.*)?$/, () => 'schemas'],
  [/^\/crm\/(property-validations)\/(\d{4}-\d\d)(\/.*)?$/, () => 'validations'],
  [/^\/(account-info)\/(\d{4}-\d\d|v3)(\/.*)?$/, () => 'account'],
  [/^\/(oauth)\/(\d{4}-\d\d|v3|v1)(\/.*)?$/, () => 'oauth'],
];
const NUMBERED = /^\/crm\/(v3|v4)\/(objects|associations|properties|pipelines|owners|lists|schemas)(\/.*)?$/;

/** Takes a path apart; null for one that is none of the API. */
export function apiPathOf(pathname: string): ApiPath | null {
  for (const [pattern, areaOf] of PATTERNS) {
    const [, area, version, rest = ''] = pattern.exec(pathname) ?? [];
    if (area !== undefined && version !== undefined && (version.startsWith('v') || DATED.includes(version)))
      return { area: areaOf(area), version, rest };
  }
  const [, version, area, rest = ''] = NUMBERED.exec(pathname) ?? [];
  return version !== undefined && area !== undefined ? { area: area as Area, version, rest } : null;
}

/** Parts of a path, decoded. Null for a broken percent sign. */
export function segmentsOf(rest: string): readonly string[] | null {
  try {
    return rest
      .split('/')
      .filter((part) => part !== '')
      .map(decodeURIComponent);
  } catch {
    return null;
  }
}
