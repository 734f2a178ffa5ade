import { expect, it } from 'vitest';
import { LIVE_STATES } from '../../../../src/core/link/link.ts';
import { postgresDialect } from '../../../../src/stores/sql/postgres-dialect.ts';
import { postgresMigrations } from '../../../../src/stores/sql/postgres-migrations.ts';

const { contacts, links, entries } = postgresDialect('"crm".');
const flags = [true, false];

/** Every text there is, by what it is for. */
const TEXTS: Readonly<Record<string, string>> = {
  ...Object.fromEntries(
    [contacts, links, entries].flatMap((table) => Object.entries(table).filter(([, text]) => typeof text === 'string')),
  ),
  'by phone': contacts.byKey('phone_number').text,
  'by phone, with links': contacts.byKeyLinked('phone_number').text,
  'by another field, with links': contacts.byKeyLinked('constructor').text,
  'by another field': contacts.byKey('constructor').text,
  ...Object.fromEntries(
    (['all', 'unlinked', 'pending'] as const).flatMap((want) => [
      [`${want} from the start`, contacts.scan(want, 'start')],
      [`${want} after`, contacts.scan(want, 'after')],
    ]),
  ),
  'linked from the start': links.linked('start'),
  'linked after': links.linked('after'),
  ...Object.fromEntries(
    flags.flatMap((keys) =>
      flags.flatMap((dueBy) =>
        (['nobody', 'contactId', 'contactIds'] as const).flatMap((whose) =>
          flags.map((after) => {
            const asked = { keys, dueBy, contactId: whose === 'contactId', contactIds: whose === 'contactIds', after };
            return [`entries ${JSON.stringify(asked)}`, entries.query({ ...asked, order: 'descending' })];
          }),
        ),
      ),
    ),
  ),
};

it.each(Object.entries(TEXTS))('%s is bound to the workspace, wherever it meets a table, and names the schema', (_, text) => {
  const met = text.match(/crm_sync_\w+/g) ?? [];
  const bound = text.match(/workspace = \$1|= l\.workspace|\(workspace, .*\)\s+select \$1/g) ?? [];
  expect(met.length).toBeGreaterThan(0);
  expect(bound.length).toBeGreaterThanOrEqual(met.length);
  expect(text.match(/"crm"\.crm_sync_\w+/g)).toEqual(met.map((table) => `"crm".${table}`));
});

it('the unique indexes of links count as live what the core does', () => {
  const states = `(${LIVE_STATES.map((state) => `'${state}'`).join(', ')})`;
  const partial = postgresMigrations('')
    .flatMap(({ statements }) => statements)
    .filter((text) => /create .*index crm_sync_links_.* state (not )?in /s.test(text));
  expect(partial).toHaveLength(4);
  for (const text of partial)
    expect(text.split('state ')[1]?.split(')')[0]).toBe(`${text.includes('past') ? 'not in' : 'in'} ${states}`.slice(0, -1));
});
