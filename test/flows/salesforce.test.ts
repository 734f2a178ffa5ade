import { describe, expect, it } from 'vitest';
import { callsOf, deployment } from './support.ts';

describe('a record that Salesforce no longer shows to the connected user', () => {
  it('no longer shown: missing, no tombstone; nothing is sent until it shows again', async () => {
    const { crm, engine } = deployment();
    const { id } = crm.add('Contact', { FirstName: 'Alice', LastName: 'Smith', Phone: '(415) 555-0123' });
    await engine.pull();
    crm.unshare(id);
    await engine.pull({ records: [{ object: 'Contact', id }] });
    const [contact] = await engine.contacts.list();
    expect(contact?.links).toMatchObject([{ state: 'missing' }]);
    await engine.contacts.update(contact?.id ?? '', { interaction_summary: 'Called.' }, { by: 'test' });
    expect(await callsOf(crm, () => engine.push())).toEqual([]);
    crm.share(id);
    await engine.pull({ records: [{ object: 'Contact', id }] });
    await engine.push();
    expect(crm.record(id).fields['Notes__c']).toBe('Called.');
  });
});
