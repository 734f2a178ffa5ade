/** Roster and its connector, as the contract suite wants them: what a test may do in the CRM, and what can go wrong. */
import { type ConnectorCapability, type ConnectorUnderTest, type CrmValues, faultyFetch, manualClock } from 'crm-sync-engine/testing';
import { roster } from './roster.ts';
import { FIELDS, type Person, rosterServer } from './roster-server.ts';

/** What Roster and its connector have beside what every connector must: the cases of anything else are skipped. */
export const capabilities: ReadonlySet<ConnectorCapability> = new Set(['writes', 'removals', 'removalsInReads', 'faults', 'holds']);

export function rosterUnderTest(): ConnectorUnderTest {
  const clock = manualClock('2026-05-01T12:00:00.250Z');
  const key = 'roster-key-4711';
  const now = () => clock.now() + 7_200_000; // the CRM's clock is not ours
  const server = rosterServer({ key, now, pageSizeMax: 3 });
  const { fetch, ...wire } = faultyFetch(server.fetch, { now });
  return {
    crm: {
      object: 'people',
      fields: { text: 'job_title', readOnly: 'score', email: 'email', phone: 'phone' },
      required: { full_name: 'Lee' },
      described: [
        { name: 'full_name', type: 'string', length: 80, nullable: false },
        {
          name: 'stage',
          type: 'picklist',
          restricted: true,
          options: ['new', 'working', 'won'].map((value) => ({ value, label: value })),
        },
      ],
      samples: { job_title: 'Buyer', stage: 'won', seats: 12.5, is_vip: true, renews_on: '2028-02-29', email: 'ann@example.com' },
      severalPages: 8,
      strangers: ['p_999999'],
      secrets: [key],
      now,
      advance: clock.advance,
      add: server.add,
      edit: server.edit,
      remove: server.remove,
      records: () => server.people().map((person) => ({ id: person.id, values: valuesOf(person) })),
      ...wire,
    },
    connect: () => roster({ key, baseUrl: 'https://roster.example/v1', fetch, clock }),
  };
}

/** Blank is null, whatever the CRM makes of it. */
const valuesOf = (person: Person): CrmValues => Object.fromEntries(FIELDS.map(({ name }) => [name, person[name] ?? null])) as CrmValues;
