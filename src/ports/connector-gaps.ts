import type { Issue } from '../errors.ts';
import type { CrmConnector } from './connector.ts';

/** What a connector has without what must come with it, by path. */
export function gapsOf({ capabilities, write, find, activityRecord, writeBulk, related }: CrmConnector): readonly Issue[] {
  const { writeBatchMax, requestTimeoutMs, settleMs, activity, creates, findsBy = [], bulk, relatedBatchMax, relatedFields } = capabilities;
  const limits = { 'capabilities.writeBatchMax': writeBatchMax, 'capabilities.requestTimeoutMs': requestTimeoutMs };
  return [
    ...(write === undefined ? [] : missing('write', { ...limits, 'capabilities.settleMs': settleMs })),
    ...(activityRecord === undefined ? [] : missing('activityRecord', { write, find, 'capabilities.activity': activity })),
    ...(writeBulk === undefined ? [] : missing('writeBulk', { write, 'capabilities.bulk': bulk })),
    ...(bulk === undefined ? [] : missing('capabilities.bulk', { writeBulk })),
    ...(related === undefined ? [] : missing('related', { 'capabilities.relatedBatchMax': relatedBatchMax })),
    ...(relatedBatchMax === undefined ? [] : missing('capabilities.relatedBatchMax', { related })),
    ...(relatedFields === undefined ? [] : missing('capabilities.relatedFields', { related })),
    ...(creates === true ? missing('capabilities.creates', { write }) : []),
    ...(findsBy.length > 0 ? missing('capabilities.findsBy', { find }) : []),
  ];
}

const missing = (because: string, wanted: Readonly<Record<string, unknown>>): readonly Issue[] =>
  Object.entries(wanted)
    .filter(([, member]) => member === undefined)
    .map(([path]) => ({
      path: path.split('.'),
      code: 'missing',
      message: `is missing, and must come with \`${because}\``,
      remedy: `Give the connector \`${path}\`, or remove \`${because}\`.`,
    }));
