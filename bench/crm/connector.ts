import type { Call, CrmConnector } from 'crm-sync-engine';
import { described } from '../people.ts';
import { type Present, post, readPages } from './read-pages.ts';

/** The least of a connector to the made-up CRM, which has `total` people. */
export function connectorOf(url: string, total: number): CrmConnector {
  const seen = ({ onRequest }: Call, operation: string) => onRequest?.({ operation, status: 200 });
  return {
    specVersion: 1,
    provider: 'bench',
    capabilities: { fetchBatchMax: 200, writeBatchMax: 200, requestTimeoutMs: 30_000, settleMs: 30_000 },
    account: async () => ({ id: 'bench' }),
    describe: async () => described,
    async *read({ from }, call) {
      const { after } = (from ?? { after: 0 }) as { after: number };
      let requestedAt = call.now();
      for await (const { records, next } of readPages(url, total, after)) {
        seen(call, 'GET /people');
        yield { records, requestedAt, checkpoint: { after: next ?? total }, last: next === null };
        requestedAt = call.now();
      }
    },
    async fetch({ ids }, call) {
      seen(call, 'POST /ids');
      return (await post(`${url}/ids`, ids)) as Present[];
    },
    async write(batch, call) {
      seen(call, 'POST /write');
      const answers = (await post(`${url}/write`, batch)) as { modifiedAt: string }[];
      return batch.map(({ id }, index) => ({ outcome: 'done', id: id ?? '', created: false, values: {}, ...answers[index]! }));
    },
  };
}
