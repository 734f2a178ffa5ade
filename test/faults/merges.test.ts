import { describe, expect, it } from 'vitest';
import { deployment } from './deployment.ts';
import { rowsOf } from './expectations.ts';

/** Two people who turn out to be one, on HubSpot: the record that is left has an id of its own. */
async function twoPeople() {
  const there = deployment('hubspot', 1);
  const { crm, clock, engine } = there;
  const [primary = '', other = ''] = there.addPeople(2);
  await engine.pull();
  clock.advance(3_600_000);
  const linksOf = async () => {
    const rows = await rowsOf(there);
    return Object.fromEntries(
      rows.map(({ fields, links }) => [fields['phone_number'], links.map(({ recordId, state }) => [recordId, state])]),
    );
  };
  return { ...there, primary, other, numberOf: (id: string) => `+1${crm.person(id).phone_number.replace(/\D/g, '')}`, linksOf };
}

describe('a record with a new id, that two others were merged into', () => {
  it('goes to the contact that has its number, whichever of the two is listed last', async () => {
    const { clock, crm, engine, primary, other, numberOf, linksOf } = await twoPeople();
    const numbers = [numberOf(primary), numberOf(other)];
    const survivor = crm.merge(primary, other);
    clock.advance(60_000);
    expect((await engine.pull()).errors).toEqual([]);
    expect(await linksOf()).toEqual({
      [String(numbers[0])]: [
        [primary, 'superseded'],
        [survivor, 'active'],
      ],
      [String(numbers[1])]: [[other, 'superseded']],
    });
  });

  it('goes to the contact that has its number, although the merge of the other one was noticed long before', async () => {
    const { clock, crm, engine, primary, other, numberOf, linksOf } = await twoPeople();
    const { contact } = await engine.contacts.byPhone(numberOf(other));
    await engine.contacts.update(contact?.id ?? '', { email: 'edited@example.com' }, { by: 'test' });
    const number = numberOf(primary);
    const survivor = crm.merge(primary, other);
    await engine.push(); // reads the record of the other one before it writes to it
    clock.advance(60_000);
    expect((await engine.pull()).errors).toEqual([]);
    expect((await linksOf())[number]).toEqual([
      [primary, 'superseded'],
      [survivor, 'active'],
    ]);
  });
});
