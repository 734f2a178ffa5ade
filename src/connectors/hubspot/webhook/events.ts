import * as z from 'zod';
import { lazy } from '../../../core/base/lazy.ts';
import { objectNameOf, recordId } from '../objects.ts';

const id = lazy(() =>
  z
    .unknown()
    .optional()
    .transform((raw) => recordId(raw)),
);
const text = lazy(() => z.string().nullish().catch(null));
const wireEvent = lazy(() =>
  z.object({
    subscriptionType: z.string(),
    portalId: id(),
    occurredAt: z.number(),
    objectId: id(),
    objectTypeId: text(),
    propertyName: text(),
    primaryObjectId: id(),
    mergedObjectIds: z.array(z.unknown()).nullish().catch(null),
    newObjectId: id(),
    fromObjectId: id(),
    fromObjectTypeId: text(),
  }),
);
type WireEvent = z.infer<ReturnType<typeof wireEvent>>;

/** What HubSpot tells of one change. Values stay out of it: they are read from the record. */
export interface HubSpotEvent {
  /** `creation`, `deletion`, `merge`, `restore`, `propertyChange`, `associationChange`, `privacyDeletion`. */
  readonly type: string;
  /** Portal id: one app hears of all accounts that installed it. */
  readonly account: string;
  /** As mappings name it: `contacts`; a custom one by its type id. */
  readonly object: string;
  /** Of a merge: the record that is left. */
  readonly id: string;
  /** Of a merge: the records that are gone. */
  readonly mergedIds?: readonly string[];
  readonly propertyName?: string;
  /** ISO 8601 UTC. */
  readonly occurredAt: string;
}

/** A record to pull, because something happened to it. */
export interface RecordToPull {
  readonly account: string;
  readonly object: string;
  readonly id: string;
}

/**
 * The events of a delivery about records, in the order they happened, each once: HubSpot delivers in any order, and some
 * twice. Null for a body that is no list.
 *
 * Source: HubSpot developer docs, "Webhooks".
 */
export function eventsOf(body: unknown): readonly HubSpotEvent[] | null {
  if (!Array.isArray(body)) return null;
  const events = body
    .map((event) => wireEvent().safeParse(event).data)
    .filter((event) => event !== undefined)
    .flatMap((event) => eventOf(event) ?? []);
  const each = new Map(
    events.map((event) => [[event.account, event.type, event.object, event.id, event.occurredAt, event.propertyName].join(' '), event]),
  );
  return [...each.values()].sort((a, b) => (a.occurredAt < b.occurredAt ? -1 : a.occurredAt > b.occurredAt ? 1 : 0));
}

function eventOf(event: WireEvent): HubSpotEvent | null {
  const { subscriptionType, portalId, occurredAt, objectTypeId, fromObjectTypeId, propertyName } = event;
  const [prefix = '', type = ''] = subscriptionType.split('.');
  const named = prefix === 'object' ? (objectTypeId ?? fromObjectTypeId) : prefix;
  const left = event.newObjectId ?? event.primaryObjectId ?? event.objectId ?? event.fromObjectId;
  if (portalId === null || left === null || !named || type === '' || prefix === 'conversation' || Math.abs(occurredAt) > 8.64e15)
    return null;
  const merged = [event.primaryObjectId, ...(event.mergedObjectIds ?? []).map(recordId)].filter((each) => each !== null && each !== left);
  return {
    type,
    account: portalId,
    object: objectNameOf(named),
    id: left,
    ...(type === 'merge' ? { mergedIds: [...new Set(merged)] as string[] } : {}),
    ...(propertyName ? { propertyName } : {}),
    occurredAt: new Date(occurredAt).toISOString(),
  };
}

/** Every record that the events are about, the deleted and the merged ones too: pulling shows what became of them. */
export function recordsOf(events: readonly HubSpotEvent[]): readonly RecordToPull[] {
  const records = events.flatMap(({ account, object, id, mergedIds = [] }) =>
    [id, ...mergedIds].map((each) => ({ account, object, id: each })),
  );
  return [...new Map(records.map((record) => [Object.values(record).join(' '), record])).values()];
}
