import assert from 'node:assert/strict';
import { gapsOf } from '../../../ports/connector-gaps.ts';
import type { ConnectorCase } from './subject.ts';

export const capabilities: readonly ConnectorCase[] = [
  {
    id: 'CC-95',
    rule: 'methods come with the capabilities that say how much they take, and capabilities with the methods that they are about',
    async check(make) {
      const { connect } = await make();
      const connector = connect();
      assert.deepEqual(
        gapsOf(connector).map(({ path, message }) => `${path.join('.')} ${message}`),
        [],
      );
      const { fetchBatchMax, writeBatchMax = 1, requestTimeoutMs = 1, settleMs = 0 } = connector.capabilities;
      for (const most of [fetchBatchMax, writeBatchMax]) assert.ok(Number.isInteger(most) && most >= 1, `a batch has ${most} items`);
      assert.ok(requestTimeoutMs > 0 && settleMs >= 0, 'a request takes some time, and may take effect later');
    },
  },
];
