import { defineMapping } from 'crm-sync-engine';
import { describe, expect, it } from 'vitest';
import { connectorAround, contentsOf, Died, dying, storeAround } from './harness.ts';
import { deployment, schema } from './support.ts';

const MINUTE = 60_000;
const NOTES = { Notes__c: { type: 'textarea', length: 32_000 } } as const;
const MAPPINGS = (['Contact', 'Lead'] as const).map((crmObject) =>
  defineMapping(schema, {
    crmObject,
    fields: [
      { crm: 'Phone', field: 'phone_number', direction: 'inbound' },
      { crm: 'LastName', field: 'last_name', direction: 'inbound' },
      { crm: 'Notes__c', field: 'interaction_summary', direction: 'outbound' },
    ],
  }),
);
type Deployment = ReturnType<typeof deployment>;
type Engine = Deployment['engine'];

/** Two leads, of which one was converted, into a contact with another number, after an edit that never reached it. */
async function converted(): Promise<Deployment> {
  const there = deployment({ mappings: MAPPINGS }, { fields: { Lead: NOTES, Contact: NOTES }, pageSizeMax: 1 });
  const { crm, clock, engine } = there;
  const { id: lead } = crm.add('Lead', { LastName: 'Lee', Company: 'Acme', Phone: '(415) 555-0120' });
  crm.add('Lead', { LastName: 'Bell', Company: 'Bell Ltd', Phone: '(415) 555-0121' });
  await engine.pull();
  clock.advance(10 * MINUTE);
  for (const { id, fields } of await engine.contacts.list())
    await engine.contacts.update(id, { interaction_summary: `Called ${fields.last_name}.` }, { by: 'test' });
  const { contact } = crm.convertLead(lead);
  crm.edit(contact.id, { Phone: '(415) 555-0129' });
  clock.advance(MINUTE);
  return there;
}

async function finished({ clock, crm, store }: Deployment, engine: Engine) {
  for (let times = 0; times < 3; times += 1) {
    clock.advance(20 * MINUTE);
    await engine.sync();
  }
  const records = ['Contact', 'Lead'].flatMap((object) =>
    crm.list(object).map(({ fields: { LastName, Phone, Notes__c } }) => ({ object, LastName, Phone, Notes__c })),
  );
  return { ...(await contentsOf(store)), records };
}

const WORKS: Readonly<Record<string, (engine: Engine) => Promise<unknown>>> = {
  pull: (engine) => engine.pull(),
  push: (engine) => engine.push(),
};

describe.each(Object.entries(WORKS))('a %s that meets a converted lead', (_, work) => {
  it.each(['before', 'after'] as const)('and is killed %s any of its calls ends like one that was not (P1, P11)', async (moment) => {
    const calm = await converted();
    await work(calm.engineOf());
    const expected = await finished(calm, calm.engine);
    expect(expected.contacts).toHaveLength(2);
    expect(expected.records).toContainEqual({ object: 'Contact', LastName: 'Lee', Phone: '(415) 555-0129', Notes__c: 'Called Lee.' });

    let kills = 0;
    for (let at = 1; ; at += 1) {
      const there = await converted();
      const { around, isDead } = dying(at, moment);
      const engine = there.engineOf({ store: storeAround(there.store, around), connector: connectorAround(there.connectorOf(), around) });
      await work(engine).catch((error: unknown) => {
        if (!(error instanceof Died) && !isDead()) throw error;
      });
      if (!isDead()) break;
      kills += 1;
      expect(await finished(there, there.engine), `killed ${moment} call ${at}`).toEqual(expected);
    }
    expect(kills).toBeGreaterThan(10);
  });
});
