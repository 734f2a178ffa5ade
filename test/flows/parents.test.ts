import { describe, expect, it } from 'vitest';
import { connectorAround } from './harness.ts';
import { deployment } from './support.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** Five people of Acme and one of nobody, whose own changes lie behind every overlap. */
async function acme() {
  const there = deployment({}, { pageSizeMax: 2 });
  const { id: account } = there.crm.add('Account', { Name: 'Acme' });
  const ids = Array.from(
    { length: 5 },
    (_, index) => there.crm.add('Contact', { LastName: 'Lee', Phone: `(415) 555-012${index}`, AccountId: account }).id,
  );
  there.crm.add('Contact', { LastName: 'Bell', Phone: '(415) 555-0129' });
  await there.engine.pull();
  there.clock.advance(HOUR);
  await there.engine.pull();
  there.clock.advance(HOUR);
  const companies = async () => (await there.engine.contacts.list()).map(({ fields }) => fields.company_name).toSorted(nullsLast);
  return { ...there, account, ids, companies };
}

const nullsLast = (a: string | null, b: string | null): number => (a === b ? 0 : a === null ? 1 : b === null ? -1 : a < b ? -1 : 1);

describe('an account that is renamed', () => {
  it('renames the company of its contacts with the next pull, though no contact was touched (P2)', async () => {
    const there = await acme();
    there.crm.edit(there.account, { Name: 'Acme Ltd' });
    there.clock.advance(MINUTE);
    expect(await there.engine.pull()).toMatchObject({ counts: { processed: 5, updated: 5 } });
    expect(await there.companies()).toEqual([...Array.from({ length: 5 }, () => 'Acme Ltd'), null]);
    there.clock.advance(HOUR);
    await there.engine.pull();
    there.clock.advance(HOUR);
    expect(await there.engine.pull()).toMatchObject({ counts: { processed: 0 } });
  });

  it('does so after a write of ours, which is newer than the contact’s own last change', async () => {
    const there = await acme();
    for (const { id } of await there.engine.contacts.list())
      await there.engine.contacts.update(id, { interaction_summary: 'Called.' }, { by: 'test' });
    await there.engine.push();
    there.clock.advance(HOUR);
    await there.engine.pull();
    there.clock.advance(HOUR);
    there.crm.edit(there.account, { Name: 'Acme Ltd' });
    await there.engine.pull();
    expect(await there.companies()).toEqual([...Array.from({ length: 5 }, () => 'Acme Ltd'), null]);
  });

  it.each([1, 2, 3, 4])('does so after a pull that ended after %d calls', async (calls) => {
    const there = await acme();
    there.crm.edit(there.account, { Name: 'Acme Ltd' });
    there.crm.edit(there.ids[2] as string, { FirstName: 'Ann' });
    let left = calls;
    const dying = connectorAround(there.connectorOf(), async (name, call) => {
      if (name === 'read') left -= 1;
      if (left < 0) throw new Error('killed');
      return call();
    });
    await there
      .engineOf({ connector: dying })
      .pull()
      .catch(() => undefined);
    there.clock.advance(HOUR);
    await there.engine.pull();
    expect(await there.companies()).toEqual([...Array.from({ length: 5 }, () => 'Acme Ltd'), null]);
  });

  it('while a pull is at its contacts reaches them with the next one', async () => {
    const there = await acme();
    there.crm.edit(there.ids[0] as string, { FirstName: 'Ann' });
    let pages = 0;
    const connector = connectorAround(there.connectorOf(), async (name, call) => {
      const page = await call();
      if (name === 'read') pages += 1;
      if (name === 'read' && pages === 1) there.crm.edit(there.account, { Name: 'Acme Ltd' });
      return page;
    });
    there.clock.advance(MINUTE);
    await there.engineOf({ connector }).pull();
    there.clock.advance(MINUTE);
    await there.engine.pull();
    expect(await there.companies()).toEqual([...Array.from({ length: 5 }, () => 'Acme Ltd'), null]);
  });
});
