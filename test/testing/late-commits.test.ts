import { describe, expect, it } from 'vitest';
import { fakeHubSpot } from '../../src/testing/hubspot/fake-hubspot.ts';
import { manualClock } from '../../src/testing/manual-clock.ts';
import { fakeSalesforce } from '../../src/testing/salesforce/fake-salesforce.ts';

const START = '2026-01-05T09:00:00.000Z';

/** Each fake with a way to add a person, to edit one, and to read its stamp. */
const FAKES = {
  salesforce() {
    const clock = manualClock(START);
    const crm = fakeSalesforce({ clock });
    return {
      clock,
      add: () => crm.add('Contact', { LastName: 'Ann' }).id,
      edit: (id: string, title: string, commitDelayMs?: number) =>
        crm.edit(id, { Title: title }, commitDelayMs === undefined ? {} : { commitDelayMs }),
      title: (id: string) => crm.record(id).fields['Title'],
      stamp: (id: string) => Date.parse(crm.record(id).fields['SystemModstamp'].replace('+0000', 'Z')),
    };
  },
  hubspot() {
    const clock = manualClock(START);
    const crm = fakeHubSpot({ clock, indexLagMs: 30_000 });
    return {
      clock,
      add: () => crm.add('contacts', { firstname: 'Ann' }).id,
      edit: (id: string, title: string, commitDelayMs?: number) =>
        crm.edit(id, { jobtitle: title }, commitDelayMs === undefined ? {} : { commitDelayMs }),
      title: (id: string) => crm.record(id).properties['jobtitle'],
      stamp: (id: string) => Date.parse(crm.record(id).properties['lastmodifieddate']),
    };
  },
};

describe.each(Object.entries(FAKES))('a late commit on the fake %s', (_, make) => {
  it('has the stamp of its start, and shows only later', () => {
    const { clock, add, edit, title, stamp } = make();
    const id = add();
    clock.advance(10_000);
    edit(id, 'CTO', 60_000);
    clock.advance(59_000);
    expect(title(id)).toBeNull();
    clock.advance(1_000);
    expect([title(id), stamp(id)]).toEqual(['CTO', Date.parse(START) + 10_000]);
  });

  it('never moves a stamp back: what was written meanwhile was written before it', () => {
    const { clock, add, edit, title, stamp } = make();
    const id = add();
    edit(id, 'CTO', 60_000);
    clock.advance(30_000);
    edit(id, 'CEO');
    const written = stamp(id);
    clock.advance(60_000);
    expect([title(id), stamp(id)]).toEqual(['CTO', written]);
  });
});

it('a late commit on the fake HubSpot is in the index a lag after itself, however late somebody looks', async () => {
  const clock = manualClock(START);
  const crm = fakeHubSpot({ clock, indexLagMs: 30_000 });
  const { id } = crm.add('contacts', { firstname: 'Ann' }, { commitDelayMs: 60_000 });
  clock.advance(90_000);
  const { accessToken } = await crm.options.auth.token({} as never);
  const response = await crm.fetch('https://api.hubapi.com/crm/objects/2026-09/contacts/search', {
    method: 'POST',
    headers: { authorization: `Bearer ${accessToken}`, 'content-type': 'application/json' },
    body: '{}',
  });
  expect(await response.json()).toMatchObject({ total: 1, results: [{ id }] });
});
