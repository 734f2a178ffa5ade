import type { Observer, SyncEvent, SyncEventType } from '../ports/observer.ts';

export interface RecordedEvents extends Observer {
  /** Every event so far, in order. */
  readonly events: readonly SyncEvent[];
  /** Those of one type. */
  of<T extends SyncEventType>(type: T): readonly Extract<SyncEvent, { type: T }>[];
}

/** An observer that keeps what it is told, for a test to look at. */
export function recordEvents(): RecordedEvents {
  const events: SyncEvent[] = [];
  return {
    events,
    notify: (event) => {
      events.push(event);
    },
    of: <T extends SyncEventType>(type: T) => events.filter((event): event is Extract<SyncEvent, { type: T }> => event.type === type),
  };
}
