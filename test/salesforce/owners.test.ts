import { describe, expect, it } from 'vitest';
import { salesforce } from '../../src/salesforce.ts';
import { fakeSalesforce } from '../../src/testing/salesforce/fake-salesforce.ts';

describe('owners', () => {
  it('are the people of the org, those who have left too', async () => {
    const crm = fakeSalesforce();
    const zone = { TimeZoneSidKey: 'Europe/Zurich', LocaleSidKey: 'en_US', LanguageLocaleKey: 'en_US' };
    const user = (name: string, more: object) =>
      crm.add('User', {
        Username: `${name}@example.com`,
        Email: `${name}@example.com`,
        Alias: name,
        ...zone,
        UserType: 'Standard',
        ...more,
      });
    user('ann', { FirstName: 'Ann', LastName: 'Lee', IsActive: false });
    user('robot', { LastName: 'Robot', IsActive: true, UserType: 'CloudIntegrationUser' });
    const connector = salesforce(crm.options);
    const owners = await connector.owners?.({ signal: new AbortController().signal, now: Date.now });
    expect(owners).toEqual([
      { id: expect.stringMatching(/^005/), name: 'Ann Lee', email: 'ann@example.com', active: false },
      { id: expect.stringMatching(/^005/), name: 'Assignment Rule', email: 'assigned@example.com', active: true },
      { id: expect.stringMatching(/^005/), name: 'Integration User', email: 'integration@example.com', active: true },
    ]);
    expect(crm.calls).toHaveLength(1);
  });
});
