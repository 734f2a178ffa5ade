import { compareCodePoints } from '../base/compare-code-points.ts';
import { isLive, type Link, type LinkState } from '../link/link.ts';
import type { Value } from '../values/value.ts';
import { definitionOf } from './schema.ts';
import type { FieldDefinition, Schema } from './schema-types.ts';

/** What the engine knows of a contact beside its fields. */
export const CONTACT_FACTS = ['$conversations', '$last_conversation_at'] as const;
/**
 * `$conversations`: how many were taken in, 0 for none. `$last_conversation_at`: when the latest of them began. `$link.Contact`: the
 * state of the contact's record of that CRM object on this connection, blank where it has none.
 */
export type ContactFact = (typeof CONTACT_FACTS)[number] | LinkFact;
type LinkFact = `$link.${string}`;

const LINK = '$link.';
const OBJECT_LENGTH_MAX = 200;
const LINK_STATES: readonly LinkState[] = [
  'creating',
  'active',
  'ambiguous',
  'missing',
  'left_filter',
  'tombstone',
  'superseded',
  'declined',
];

/** The CRM object that a fact about a record names; null: it is another fact, or a field. */
export const linkFactObject = (name: string): string | null => (name.startsWith(LINK) ? name.slice(LINK.length) : null);

/** What a filter, or an order, may name: a field of the schema or a fact, with its type. */
export function filterable(schema: Schema, name: string): FieldDefinition | undefined {
  if (name === '$conversations') return { type: 'number' };
  if (name === '$last_conversation_at') return { type: 'datetime' };
  const object = linkFactObject(name);
  if (object === null) return definitionOf(schema, name);
  return object === '' || object.length > OBJECT_LENGTH_MAX ? undefined : { type: 'enum', options: LINK_STATES };
}

/** What is kept of a contact's conversations. */
export interface Conversations {
  readonly count: number;
  /** When the latest began, ISO 8601 UTC; null: there was none. */
  readonly lastAt: string | null;
}
export const NO_CONVERSATIONS: Conversations = { count: 0, lastAt: null };

/** A contact as filters and orders look at it. */
export interface FilteredContact {
  readonly fields: Readonly<Record<string, Value | undefined>>;
  readonly links: readonly Pick<Link, 'id' | 'object' | 'state' | 'syncedAt'>[];
  readonly conversations: Conversations;
}

/** Reads a field or a fact of a contact by its name. */
export const factReader =
  ({ fields, links, conversations }: FilteredContact) =>
  (name: string): Value | undefined => {
    if (name === '$conversations') return conversations.count;
    if (name === '$last_conversation_at') return conversations.lastAt;
    const object = linkFactObject(name);
    if (object !== null) return linkState(links, object);
    return Object.hasOwn(fields, name) ? fields[name] : undefined;
  };

/** The state of the record that the contact has; else of the one that it had last. */
function linkState(links: FilteredContact['links'], object: string): LinkState | null {
  const ofObject = links.filter((link) => link.object === object);
  const live = ofObject.find(({ state }) => isLive(state));
  const [last] = ofObject.toSorted((a, b) => b.syncedAt - a.syncedAt || compareCodePoints(b.id, a.id));
  return (live ?? last)?.state ?? null;
}
