import { expect, it } from 'vitest';
import type { Client } from '../../../src/connectors/hubspot/client.ts';
import { type FilterGroup, GROUPS_LENGTH_MAX, GROUPS_MAX, searchPage } from '../../../src/connectors/hubspot/query/search.ts';
import type { Call } from '../../../src/ports/connector.ts';

it('a search with the longest groups is short enough for HubSpot on a later page, too', async () => {
  const groupsWith = (value: string): FilterGroup[] =>
    Array.from({ length: GROUPS_MAX }, (_, index) => [{ propertyName: 'x', operator: 'IN', values: [index === 0 ? value : ''] }]);
  const groups = groupsWith('x'.repeat(GROUPS_LENGTH_MAX - JSON.stringify(groupsWith('')).length));
  expect(JSON.stringify(groups)).toHaveLength(GROUPS_LENGTH_MAX);
  const sent: unknown[] = [];
  const client: Pick<Client, 'read'> = {
    read: async (_, { body }) => {
      sent.push(body);
      return { body: { total: 0, results: [] }, crmTime: null, tookMs: 0 };
    },
  };
  await searchPage(client as Client, { object: 'contacts', groups, afterId: '9'.repeat(20) }, {} as Call);
  expect(JSON.stringify(sent[0]).length).toBeLessThanOrEqual(3_000);
});
