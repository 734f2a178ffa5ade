import { CrmSyncError } from '../../errors.ts';

/** What is known of a standard object. A custom one has only what every object has. */
interface StandardObject {
  /** As paths name it. */
  readonly name: string;
  readonly singular: string;
  readonly typeId: string;
  /** The property with the time of the last change. */
  readonly modified: string;
  /** A creation must give all of these. */
  readonly required: readonly string[];
  /** And at least one of these, where there are any. */
  readonly requiredOneOf: readonly string[];
  /** Archived records can be read, so that a deletion has evidence. */
  readonly archive: boolean;
  readonly merges: boolean;
  /** The properties that hold the pipeline and the stage of a record; null: it has none. */
  readonly pipelines: { readonly pipeline: string; readonly stage: string } | null;
}

const MODIFIED = 'hs_lastmodifieddate';
type More = Partial<Pick<StandardObject, 'required' | 'requiredOneOf' | 'pipelines'>>;
const record = (name: string, singular: string, typeId: string, more: More = {}): StandardObject => ({
  name,
  singular,
  typeId,
  modified: name === 'contacts' ? 'lastmodifieddate' : MODIFIED,
  required: [],
  requiredOneOf: [],
  archive: true,
  merges: true,
  pipelines: null,
  ...more,
});
const activity = (name: string, singular: string, typeId: string, more: readonly string[] = []): StandardObject => ({
  name,
  singular,
  typeId,
  modified: MODIFIED,
  required: ['hs_timestamp', ...more],
  requiredOneOf: [],
  archive: name === 'tasks',
  merges: false,
  pipelines: null,
});

/** Source: HubSpot developer docs, "Understanding the CRM" (type ids) and "Using object APIs" (required properties). */
const STANDARD: readonly StandardObject[] = [
  record('contacts', 'contact', '0-1', { requiredOneOf: ['email', 'firstname', 'lastname'] }),
  record('companies', 'company', '0-2', { requiredOneOf: ['name', 'domain'] }),
  record('deals', 'deal', '0-3', {
    required: ['dealname', 'dealstage', 'pipeline'],
    pipelines: { pipeline: 'pipeline', stage: 'dealstage' },
  }),
  record('tickets', 'ticket', '0-5', {
    required: ['subject', 'hs_pipeline', 'hs_pipeline_stage'],
    pipelines: { pipeline: 'hs_pipeline', stage: 'hs_pipeline_stage' },
  }),
  record('leads', 'lead', '0-136'),
  activity('calls', 'call', '0-48'),
  activity('communications', 'communication', '0-18', ['hs_communication_channel_type']),
  activity('notes', 'note', '0-46'),
  activity('tasks', 'task', '0-27'),
  activity('meetings', 'meeting', '0-47'),
  activity('emails', 'email', '0-49'),
];
const BY_NAME = new Map(STANDARD.flatMap((object) => [object.name, object.singular, object.typeId].map((name) => [name, object] as const)));

export interface ObjectKind extends Omit<StandardObject, 'singular' | 'typeId'> {
  /** Null for a custom object that is named by its name. */
  readonly typeId: string | null;
  readonly standard: boolean;
}

/**
 * An object by any of its names: `contacts`, `contact`, `0-1`; a custom one by its type id or full name.
 *
 * @throws CrmSyncError code `invalid_object_name` for a text that can't be a name.
 */
export function objectKind(name: string): ObjectKind {
  const known = BY_NAME.get(name.toLowerCase());
  if (known) return { ...known, standard: true };
  if (/^[A-Za-z0-9][\w-]{0,99}$/.test(name))
    return {
      name,
      typeId: /^\d+-\d+$/.test(name) ? name : null,
      modified: MODIFIED,
      required: [],
      requiredOneOf: [],
      archive: true,
      merges: true,
      pipelines: null,
      standard: false,
    };
  throw new CrmSyncError('That is no name of a HubSpot object.', {
    code: 'invalid_object_name',
    category: 'configuration',
    remedy: 'Give the name of the object in the API, such as `contacts`, or the type id of a custom object, such as `2-1234567`.',
  });
}

/** The name in paths and mappings of an object that an event names: by its singular, or by its type id. */
export const objectNameOf = (name: string): string => BY_NAME.get(name.toLowerCase())?.name ?? name;

/** The type id of a standard object; another one's name is its id already. */
export const objectTypeId = (name: string): string => BY_NAME.get(name.toLowerCase())?.typeId ?? name;

/** Digits; null for anything else, which is never sent. Source: HubSpot developer docs, "Record ID". */
export const recordId = (id: unknown): string | null => {
  const text = typeof id === 'number' && Number.isSafeInteger(id) ? String(id) : id;
  return typeof text === 'string' && /^[1-9]\d{0,19}$/.test(text) ? text : null;
};

/** Below, at or above zero, as the numbers are: ids have no common length. */
export const compareIds = (a: string, b: string): number => a.length - b.length || (a < b ? -1 : a > b ? 1 : 0);
