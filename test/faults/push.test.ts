import { describe, expect, it } from 'vitest';
import type { CrmName } from './crms.ts';
import { deployment } from './deployment.ts';
import { expectInStep, rowsOf } from './expectations.ts';
import { SEEDS, TIMEOUT_MS } from './seeds.ts';
import { oneOf } from './trouble.ts';

const RECORDS = 3_000;
const EVERYTHING = ['phone_number', 'first_name', 'last_name', 'email', 'notes'] as const;

describe.each(['salesforce', 'hubspot'] satisfies CrmName[])('%s under faults', { timeout: TIMEOUT_MS }, (name) => {
  it.each(SEEDS)('seed %i: every edit made here reaches the CRM, and none goes back in time or makes a record', async (seed) => {
    const there = deployment(name, seed);
    const { clock, crm, engine, random } = there;
    there.addPeople(RECORDS);
    clock.advance(60_000);
    await engine.pull();
    const contactIds = (await rowsOf(there)).map(({ id }) => id);

    /** Newest edit of each contact's notes that the CRM was seen to hold. */
    const seen = new Map<string, number>();
    const backwards: string[] = [];
    crm.onNotes((notes) => {
      const [contactId = '', number] = notes.split(' ');
      if (Number(number) < (seen.get(contactId) ?? 0)) backwards.push(notes);
      seen.set(contactId, Number(number));
    });
    let edits = 0;
    const edit = async (contactId: string): Promise<void> => {
      edits += 1;
      const email = random() < 0.1 ? { email: `here${edits}@example.com` } : {};
      await engine.contacts.update(contactId, { notes: `${contactId} ${edits}`, ...email }, { by: 'test' });
    };
    for (const contactId of contactIds) await edit(contactId);

    const storm = there.startTrouble({
      failing: 0.02,
      happenings: { total: 300, perAnswer: 6 },
      locally: () => edit(oneOf(random, contactIds)),
    });
    do {
      await there.runThrough('push');
      await there.runThrough('pull');
      await there.pullAnnounced();
    } while (!storm.isOver);
    expect(storm.failures).toBeGreaterThan(0);
    await there.settle(['push', 'pull']);
    await there.pullAnnounced();

    await expectInStep(there, EVERYTHING);
    expect(backwards).toEqual([]);
    expect(crm.created()).toBe(0);
    const before = await rowsOf(there);
    expect(await engine.push()).toMatchObject({ status: 'done', counts: { processed: 0 }, apiCalls: 0 });
    expect(await engine.pull()).toMatchObject({ counts: { created: 0, updated: 0, failed: 0 } });
    expect(await rowsOf(there)).toEqual(before);
  });
});
