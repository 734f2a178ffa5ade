import type { Call } from '../../../ports/connector.ts';
import type { Context } from '../context.ts';
import type { ObjectInfo } from '../describe.ts';
import type { Stages } from '../pipelines.ts';

/** How people tell records of an object apart. */
export interface Display {
  /** To be read. */
  readonly properties: readonly string[];
  /** The first ones that have something to say, each of several properties. */
  readonly titles: readonly (readonly string[])[];
  readonly description: string | null;
  /** The property of the stage; null: the object has none. */
  readonly stage: string | null;
  readonly stages: Stages;
  /** Says so itself that it is closed. */
  readonly closed: string | null;
  readonly modified: string;
}

/** What HubSpot's own screens call a record. */
const TITLES: Readonly<Record<string, readonly (readonly string[])[]>> = {
  contacts: [['firstname', 'lastname'], ['email']],
  companies: [['name'], ['domain']],
  deals: [['dealname']],
  tickets: [['subject']],
  leads: [['hs_lead_name']],
};
const DESCRIPTIONS: Readonly<Record<string, string>> = { contacts: 'email', companies: 'domain' };
const CLOSED = 'hs_is_closed';

/** @throws CrmSyncError `object_not_visible`, `invalid_object_name`. */
export async function displayOf({ describer, displayProperties }: Context, object: string, call: Call): Promise<Display> {
  const info = await describer.object(object, call);
  const { kind, stages } = info;
  const primary = kind.standard ? null : await displayProperties.of(kind, call);
  const titles = [...(primary === null ? [] : [[primary]]), ...(TITLES[kind.name] ?? [['name']])].map((names) => shown(info, names));
  const description = shown(info, [DESCRIPTIONS[kind.name] ?? ''])[0] ?? null;
  const stage = shown(info, [kind.pipelines?.stage ?? ''])[0] ?? null;
  const closed = shown(info, [CLOSED])[0] ?? null;
  const names = [...titles.flat(), description, stage, closed, kind.modified].filter((name) => name !== null);
  return { properties: [...new Set(names)], titles, description, stage, stages, closed, modified: kind.modified };
}

/** Properties that the app does not see are silently left out of every answer: they are not asked for. */
const shown = ({ fields }: ObjectInfo, names: readonly string[]): readonly string[] => names.filter((name) => fields.has(name));
