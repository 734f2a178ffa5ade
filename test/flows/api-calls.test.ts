import { defineMapping } from 'crm-sync-engine';
import { describe, expect, it } from 'vitest';
import { callsOf, schema } from './support.ts';
import { WORLDS, type World } from './world.ts';

const phoneOf = (index: number): string => `+1415${String(2_000_000 + index)}`;

interface Cost {
  /** What 10,000 records are read in for the first time: the mapped fields, the operation of a page, how many pages. */
  readonly firstRead: readonly {
    readonly what: string;
    readonly without: readonly string[];
    readonly page: string;
    readonly pages: number;
  }[];
  /** Writes that 1,000 changed contacts cost, and reads before them where a field goes both ways. */
  readonly writes: number;
  readonly reads: number;
}
/** Salesforce takes 200 records in a request and sends 2,000, or 1,000 with a long text; HubSpot takes and lists 100. */
const COSTS: Readonly<Record<World['name'], Cost>> = {
  Salesforce: {
    firstRead: [
      { what: '5 pages of 2,000', without: ['Account.Name', 'Notes__c'], page: 'query', pages: 5 },
      { what: '10 pages of 1,000 where a long text field is mapped', without: ['Account.Name'], page: 'query', pages: 10 },
    ],
    writes: 5,
    reads: 5,
  },
  HubSpot: { firstRead: [{ what: '100 pages of 100', without: ['company.name'], page: 'list', pages: 100 }], writes: 10, reads: 10 },
};

describe('what a run costs in API calls (P9)', () => {
  describe.each(WORLDS)('on $name', (world) => {
    const { names, object, mapping, deployment, writesOf } = world;
    const { firstRead, writes, reads } = COSTS[world.name];
    const without = (...paths: readonly string[]) =>
      defineMapping(schema, { crmObject: object, fields: mapping.fields.filter(({ crm }) => !paths.includes(String(crm))) as never });

    function imported(count: number, fields = without(names.company)) {
      const there = deployment({ mappings: [fields] });
      for (let index = 0; index < count; index += 1)
        there.crm.add({ firstName: `First${index}`, lastName: `Last${index}`, phone: phoneOf(index), status: 'New' });
      return there;
    }

    /** Nothing has changed for longer than a read of changes looks back; what the fields are like was just looked up. */
    async function idle(fields = without(names.company)) {
      const there = imported(3, fields);
      await there.engine.pull();
      there.clock.advance(1_200_000);
      await there.engine.pull();
      there.clock.advance(60_000);
      return there;
    }

    it.each(firstRead)('10,000 records are read in $what, plus constant set-up', async ({ without: left, page, pages }) => {
      const { crm, engine } = imported(10_000, without(...left));
      const calls = await callsOf(crm, async () => {
        const run = await engine.pull();
        expect(run.counts).toMatchObject({ processed: 10_000, created: 10_000 });
      });
      expect(calls.filter((operation) => operation.startsWith(page))).toHaveLength(pages);
      expect(calls.length).toBeLessThanOrEqual(pages + 3); // who we are, and what the objects are like
    });

    it('a pull that finds nothing new is one call', async () => {
      const { crm, engine } = await idle();
      expect(await callsOf(crm, () => engine.pull())).toHaveLength(1);
    });

    it('and at most one more where the name of a contact’s company is mapped', async () => {
      const { crm, engine } = await idle(mapping);
      expect((await callsOf(crm, () => engine.pull())).length).toBeLessThanOrEqual(2);
    });

    it(`1,000 contacts changed in outbound-only fields cost ${writes} writes`, async () => {
      const { crm, engine } = imported(1_000);
      await engine.pull();
      for (const { id } of await engine.contacts.list({ page: { limit: 1_000 } }))
        await engine.contacts.update(id, { interaction_summary: 'Called.' }, { by: 'test' });
      const calls = await callsOf(crm, async () => {
        expect((await engine.push()).counts).toMatchObject({ processed: 1_000, updated: 1_000 });
      });
      expect(calls).toHaveLength(writes);
      expect(writesOf(calls)).toHaveLength(writes);
      expect(crm.list().every(({ fields }) => fields.notes === 'Called.')).toBe(true);
      expect(await callsOf(crm, () => engine.push())).toEqual([]);
    });

    it(`in fields that go both ways, ${reads} reads and ${writes} writes`, async () => {
      const { crm, engine } = imported(1_000);
      await engine.pull();
      for (const { id } of await engine.contacts.list({ page: { limit: 1_000 } }))
        await engine.contacts.update(id, { lead_status: 'Working' }, { by: 'test' });
      const calls = await callsOf(crm, () => engine.push());
      expect(calls).toHaveLength(reads + writes);
      expect(writesOf(calls)).toHaveLength(writes);
      expect(crm.list().every(({ fields }) => fields.status === 'Working')).toBe(true);
      expect(await callsOf(crm, () => engine.push())).toEqual([]);
    });
  });
});
