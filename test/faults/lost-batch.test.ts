import { expect, it } from 'vitest';
import type { CrmName } from './crms.ts';
import { deployment } from './deployment.ts';
import { rowsOf } from './expectations.ts';

it.each(['salesforce', 'hubspot'] satisfies CrmName[])(
  'the lost answer of one batch on %s is one failure, not one of each of its records: the run goes on',
  async (name) => {
    const there = deployment(name, 1);
    const { clock, crm, engine } = there;
    there.addPeople(450);
    await engine.pull();
    clock.advance(3_600_000);
    for (const { id } of await rowsOf(there)) await engine.contacts.update(id, { notes: `${id} 1` }, { by: 'test' });
    crm.loseNextWrite();
    const { writeBatchMax } = crm.connector(crm.fetch).capabilities;
    const run = await engine.push();
    expect(run).toMatchObject({
      status: 'done',
      counts: { processed: 450, updated: 450 - writeBatchMax, failed: 0 },
      skips: { write_in_flight: writeBatchMax },
    });
    expect(run.errors[0]).toMatchObject({ code: 'ECONNRESET', message: 'The answer was lost: the record may have been written.' });
  },
);
