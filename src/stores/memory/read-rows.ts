import { compareCodePoints } from '../../core/base/compare-code-points.ts';
import type { Version } from '../../core/link/link.ts';
import type { LoadQuery, Row, ScanQuery, StoredLink } from '../../ports/store.ts';
import type { Bound } from './workspace.ts';

/** The row of a contact; undefined where nothing of it is here. */
function rowOf({ workspace, connection }: Bound, id: string, withElsewhere = false): Row | undefined {
  const contact = workspace.contacts.get(id);
  const linked = connection.links.of(id);
  const others = withElsewhere ? workspace.linksElsewhere(id, connection) : [];
  const links = { links: linked.map(({ link }) => link), ...(withElsewhere && { elsewhere: others.map(({ link }) => link) }) };
  if (contact) return { ...contact, ...links };
  const first = linked[0] ?? others[0];
  return first && { id, entity: first.entity, fields: {}, version: '', ...links, removed: true };
}

export function loadRows(bound: Bound, { ids = [], records, keys, elsewhere = false }: LoadQuery): readonly Row[] {
  const wanted = new Set(ids);
  for (const recordId of records?.ids ?? [])
    for (const { link } of bound.connection.links.withRecord(records!.object, recordId)) wanted.add(link.contactId);
  if (keys) for (const id of bound.workspace.contacts.withKey(keys)) wanted.add(id);
  const rows = [...wanted].sort(compareCodePoints).map((id) => rowOf(bound, id, elsewhere));
  return rows.filter((row) => row !== undefined);
}

/** Candidates behind `after` in the order of ids, so that a page looks at no more than it must. */
function candidates({ workspace, connection }: Bound, { want, object, after }: ScanQuery): Iterable<string> {
  return want === 'pending' || want === 'linked' ? connection.links.contactsAfter(object, after) : workspace.contacts.ids.ascending(after);
}

function isPending({ seen, plan, dueAt, state }: StoredLink, version: Version, query: ScanQuery): boolean {
  if (state !== 'active') return false;
  return seen !== version || plan !== query.plan || (dueAt !== null && dueAt <= query.now);
}

function isWanted({ workspace, connection: { links } }: Bound, query: ScanQuery, id: string): boolean {
  const { entity, object, want } = query;
  if (want === 'linked') return links.has(id, object, (row) => row.entity === entity);
  const contact = workspace.contacts.get(id);
  if (contact?.entity !== entity) return false;
  if (want === 'all') return true;
  if (want === 'unlinked') return !links.has(id, object);
  return links.has(id, object, ({ link }) => isPending(link, contact.version, query));
}

export function scanRows(bound: Bound, query: ScanQuery): readonly Row[] {
  const rows: Row[] = [];
  if (query.limit <= 0) return rows;
  for (const id of candidates(bound, query)) {
    if (!isWanted(bound, query, id)) continue;
    rows.push(rowOf(bound, id)!);
    if (rows.length === query.limit) break;
  }
  return rows;
}
