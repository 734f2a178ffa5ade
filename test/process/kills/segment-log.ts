import type { SegmentEvent } from 'crm-sync-engine';

/** What the host has of segments: each event under its id, so that one that comes again changes nothing. */
export function segmentLog() {
  const events = new Map<string, SegmentEvent>();
  const done = new Set<string>();
  const faults: string[] = [];
  return {
    events: (): readonly SegmentEvent[] => [...events.values()].toSorted((a, b) => (a.id < b.id ? -1 : 1)),
    /** What no host may ever see. */
    faults: (): readonly string[] => faults,
    told(event: SegmentEvent): void {
      const before = events.get(event.id);
      if (done.has(event.id)) faults.push(`${event.id} came again after it was acknowledged`);
      if (before !== undefined && JSON.stringify(before) !== JSON.stringify(event)) faults.push(`${event.id} came again as another one`);
      events.set(event.id, event);
    },
    acknowledged: (id: string): void => void done.add(id),
  };
}

/** Who is in a segment by its events, beginning with who was; an event that does not follow from those before it is a fault. */
export function membersBy(events: readonly SegmentEvent[], segment: string, before: Iterable<string>) {
  const members = new Set(before);
  const watched = new Map<string, SegmentEvent['changes']>();
  const faults: string[] = [];
  for (const { id, segment: name, contactId, type, changes } of events) {
    if (name !== segment) continue;
    if (members.has(contactId) !== (type !== 'entered')) faults.push(`${id} tells ${contactId} twice: ${type}`);
    if (type === 'entered') members.add(contactId);
    if (type === 'left') members.delete(contactId);
    if (type === 'left') watched.delete(contactId);
    for (const { field, before: was } of changes)
      for (const last of watched.get(contactId) ?? [])
        if (last.field === field && last.after !== was) faults.push(`${id} leaves out a change of ${field}`);
    if (type === 'changed') watched.set(contactId, changes);
  }
  return { members, watched, faults };
}
