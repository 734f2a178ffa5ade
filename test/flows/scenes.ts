import { dumpOf } from './harness.ts';
import type { AccountOptions, Deployment, Person, World } from './world.ts';

type Options = Parameters<World['deployment']>[0];

/** What many flows begin with, in one CRM. */
export const scenesIn = ({ deployment }: World) => ({
  /** So many contacts in the CRM, First0 with a number that ends in 0 and so on, read by pages of two; none is imported yet. */
  people(count: number, account: AccountOptions = {}, options: Options = {}) {
    const there = deployment(options, { pageSizeMax: 2, ...account });
    const ids = Array.from(
      { length: count },
      (_, index) => there.crm.add({ firstName: `First${index}`, lastName: 'Smith', phone: `(415) 555-012${index}`, status: 'New' }).id,
    );
    return { ...there, ids, checkpoint: async () => (await dumpOf(there.store, there.scope)).entries['checkpoint']?.[0]?.body };
  },

  /** Alice in the CRM and, imported an hour ago, here. */
  async aliceKnown(options: Options = {}, account: AccountOptions = {}, person: Partial<Person> = {}) {
    const there = deployment(options, account);
    const { id } = there.crm.add({ firstName: 'Alice', lastName: 'Smith', phone: '(415) 555-0123', status: 'New', ...person });
    await there.engine.pull();
    there.clock.advance(3_600_000);
    const contactId = (await there.engine.contacts.byPhone('+14155550123')).contact?.id ?? '';
    return {
      ...there,
      recordId: id,
      contactId,
      link: async () => (await dumpOf(there.store, there.scope)).rows.find((row) => row.id === contactId)?.links[0],
      edit: (patch: Parameters<typeof there.engine.contacts.update>[1]) => there.engine.contacts.update(contactId, patch, { by: 'test' }),
      fields: async () => (await there.engine.contacts.get(contactId))?.fields,
      record: () => there.crm.record(id).fields,
    };
  },
});

/** The contact that has the number of `people` with this last digit now. */
export async function byPhone({ engine }: Pick<Deployment, 'engine'>, last: number) {
  const { contact, formerly } = await engine.contacts.byPhone(`+1415555012${last}`);
  return formerly === null ? contact : null;
}
