import { bindSubmission, type LogForm } from 'crm-sync-engine';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { connectorAround, Died, dying, storeAround } from '../flows/harness.ts';
import { WORLDS } from '../flows/world.ts';
import { openPeopleTable, type PeopleTable, storeOnItsClock } from './people-table.ts';

let table: PeopleTable;
beforeAll(async () => {
  table = await openPeopleTable(inject('postgresUrl'));
});
afterAll(() => table[Symbol.asyncDispose]());

/** What is new here is the store: one CRM is enough. */
describe.each(WORLDS.slice(0, 1))('the form for a new contact in a table of the host that makes its own ids, on $name', (world) => {
  const { names, object } = world;
  const form: LogForm = {
    kind: 'new_contact',
    contactTypes: [{ const: object, title: 'Contact' }],
    fields: [
      { key: 'last', title: 'Last name', type: 'text', required: true, writes: { recordField: names.lastName } },
      { key: 'source', title: 'Source', type: 'text', writes: { recordField: names.source } },
    ],
  };
  const submission = bindSubmission(form, { context: 'inboundCall' }, { last: 'Dunn', source: 'Web' });

  it('gives the record what no field of ours holds, whoever makes it once the process has died', async () => {
    if (!submission.ok) throw new Error(JSON.stringify(submission.issues));
    let deaths = 0;
    for (let at = 1; ; at += 1) {
      await table.clear();
      const { store, runOn } = storeOnItsClock(table.inTheirTable);
      const there = world.deployment({ store });
      runOn(there.clock);
      const { around, isDead } = dying(at, 'after');
      const doomed = there.engineOf({ store: storeAround(store, around), connector: connectorAround(there.connectorOf(), around) });
      await doomed.createContact(submission.value, { phone: '+14155550177' }).catch((error: unknown) => {
        if (!(error instanceof Died) && !isDead()) throw error;
      });
      if (!isDead()) break;
      deaths += 1;
      there.clock.advance(1_800_000);
      await there.engine.push({ createMissing: true });
      await there.engine.createContact(submission.value, { phone: '+14155550177' });
      expect(
        there.crm.list().map(({ fields: { lastName, source } }) => [lastName, source]),
        `died at call ${at}`,
      ).toEqual([['Dunn', 'Web']]);
      expect(await there.engine.contacts.list()).toHaveLength(1);
    }
    expect(deaths).toBeGreaterThan(10);
  });
});
