import type { Millis } from '../../core/values/value.ts';
import type { ObjectType } from './schema/object-type.ts';

/** A change as webhooks tell it. Ids are numbers there. Source: HubSpot developer docs, "Webhooks API". */
export interface WebhookEvent {
  readonly eventId: number;
  readonly subscriptionId: number;
  readonly portalId: number;
  readonly appId: number;
  /** Milliseconds. */
  readonly occurredAt: number;
  /** `contact.propertyChange`, or `object.propertyChange` with `objectTypeId`. */
  readonly subscriptionType: string;
  readonly attemptNumber: number;
  readonly objectId?: number;
  readonly objectTypeId?: string;
  readonly propertyName?: string;
  readonly propertyValue?: string;
  readonly changeSource?: string;
  readonly sourceId?: string;
  readonly changeFlag?: string;
  readonly primaryObjectId?: number;
  readonly mergedObjectIds?: readonly number[];
  readonly newObjectId?: number;
  readonly numberOfPropertiesMoved?: number;
  readonly associationType?: string;
  readonly fromObjectId?: number;
  readonly toObjectId?: number;
  readonly associationRemoved?: boolean;
  readonly isPrimaryAssociation?: boolean;
}

export type EventKind = 'creation' | 'deletion' | 'privacyDeletion' | 'restore' | 'merge' | 'propertyChange' | 'associationChange';
type Details = Omit<
  WebhookEvent,
  'eventId' | 'subscriptionId' | 'portalId' | 'appId' | 'occurredAt' | 'subscriptionType' | 'attemptNumber' | 'objectTypeId'
>;

interface Noted {
  readonly type: ObjectType;
  readonly kind: EventKind;
  readonly at: Millis;
  readonly number: number;
  readonly details: Details;
}

/** Changes that no webhook has delivered yet. */
export interface Events {
  note(type: ObjectType, kind: EventKind, at: Millis, details: Details): void;
  /** How many there are, to go back to. */
  mark(): number;
  /** Forgets what came after the mark. */
  forgetSince(mark: number): void;
  /** The oldest ones, at most `count`. `generic`: as `object.*`, which objects without names of their own are always. */
  pending(count: number, generic: boolean): readonly WebhookEvent[];
  /** They were delivered. */
  forget(count: number): void;
}

export const APP_ID = 54_321;

export function createEvents(portalId: number): Events {
  let noted: Noted[] = [];
  let count = 0;
  return {
    note(type, kind, at, details) {
      count += 1;
      noted.push({ type, kind, at, number: count, details });
    },
    mark: () => noted.length,
    forgetSince(mark) {
      noted.length = mark;
    },
    pending: (most, generic) => noted.slice(0, most).map((event) => show(event, portalId, generic)),
    forget(first) {
      noted = noted.slice(first);
    },
  };
}

function show({ type, kind, at, number, details }: Noted, portalId: number, generic: boolean): WebhookEvent {
  const named = type.namedEvents && !(generic && kind !== 'privacyDeletion');
  return {
    eventId: number,
    subscriptionId: 12_345,
    portalId,
    appId: APP_ID,
    occurredAt: at,
    subscriptionType: `${named ? type.singular : 'object'}.${kind}`,
    attemptNumber: 0,
    ...(named ? {} : { objectTypeId: type.typeId }),
    ...details,
  };
}
