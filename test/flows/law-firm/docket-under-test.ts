import { type ConnectorCapability, type ConnectorUnderTest, type CrmValues, faultyFetch, manualClock } from 'crm-sync-engine/testing';
import { docket } from './docket.ts';
import { docketServer, FIELDS, type Kind, type Row } from './docket-server.ts';

export const capabilities: ReadonlySet<ConnectorCapability> = new Set([
  'finds',
  'writes',
  'creates',
  'emails',
  'phones',
  'faults',
  'holds',
  'activities',
  'reties',
  'relates',
]);

export function docketUnderTest(): ConnectorUnderTest {
  const clock = manualClock('2026-05-01T12:00:00.250Z');
  const key = 'docket-key-4711';
  const now = () => clock.now() + 7_200_000; // Docket's clock is not ours
  const server = docketServer({ key, now });
  const { fetch, ...wire } = faultyFetch(server.fetch, { now });
  const valuesOf = (kind: Kind, row: Row): CrmValues => Object.fromEntries(FIELDS[kind].map(({ name }) => [name, row[name] ?? null]));
  const tieOf = (id: string, name: string) =>
    server
      .list('communications')
      .filter((row) => row.id === id)
      .flatMap((row) => (row[name] === undefined ? [] : [String(row[name])]));
  let matters = 0;
  const matter = (values: CrmValues) => {
    matters += 1;
    return server.add('matters', { display_number: `0001${matters}-Smith`, status: 'Open', ...values });
  };
  return {
    crm: {
      object: 'contacts',
      fields: { text: 'title', readOnly: 'balance', email: 'email', phone: 'phone' },
      required: { name: 'Lee' },
      described: [{ name: 'name', type: 'string', length: 80, nullable: false, required: true }],
      samples: { title: 'Heir', role: 'witness', rate: 12.5, conflict_checked: true, client_since: '2028-02-29', email: 'ann@example.com' },
      severalPages: 8,
      strangers: ['999999'],
      secrets: [key],
      now,
      advance: clock.advance,
      add: (values) => server.add('contacts', values),
      edit: (id, values) => server.edit('contacts', id, values),
      records: (object) => server.list(object as Kind).map((row) => ({ id: row.id, values: valuesOf(object as Kind, row) })),
      ties: {
        object: 'matters',
        add: () => matter({}),
        of: ({ id }) => tieOf(id, 'matter_id'),
        people: ({ id }) => tieOf(id, 'contact_id'),
      },
      related: {
        to: 'matters',
        unknown: ['deals', 'matters:Client'],
        give(id, title, { closed = false } = {}) {
          const tied = matter({ display_number: title, ...(closed && { status: 'Closed' }) });
          server.relate(id, tied);
          server.relate(id, tied, 'billed to'); // there twice, as clients are
          return tied;
        },
      },
      ...wire,
    },
    connect: () => docket({ key, fetch, clock }),
  };
}
