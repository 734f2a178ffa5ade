import { describe, expect, it } from 'vitest';
import type { Write } from '../../src/ports/connector.ts';
import { broken, connect, described, ID, json } from './scripted.ts';

const [C1, C2] = ID.contact;
const KEY = { type: 'string', externalId: true, unique: true };
const thing = () => described('Thing__c', { Key__c: KEY, Name: 'string', Kind__c: { type: 'string', updateable: false } });
const upsert = (value: string): Write => ({
  op: value,
  object: 'Thing__c',
  id: null,
  values: { Name: 'A name', Kind__c: 'Call' },
  uniqueKey: { field: 'Key__c', value },
});
const done = (id: string, created: boolean) => ({ id, success: true, created, errors: [] });
const readOnly = {
  success: false,
  created: false,
  errors: [{ statusCode: 'INVALID_FIELD_FOR_INSERT_UPDATE', message: 'x', fields: ['Kind__c'] }],
};
const recordsOf = (request: { json: unknown } | undefined) => (request!.json as { records: Record<string, unknown>[] }).records;

describe('an upsert that meets a record which is there already', () => {
  it('is sent again without the fields that only a create may set, and nothing else is', async () => {
    const { connector, seen, call } = connect({}, thing(), json([done(C1, true), readOnly]), json([done(C2, false)]));
    expect(await connector.write([upsert('new'), upsert('old')], call)).toEqual([
      { outcome: 'done', id: C1, created: true, values: {} },
      { outcome: 'done', id: C2, created: false, values: {} },
    ]);
    expect(recordsOf(seen[2])).toEqual([{ attributes: { type: 'Thing__c' }, Name: 'A name', Key__c: 'old' }]);
  });

  it('keeps what the first request has done where the second is not sent', async () => {
    const { connector, call } = connect({}, thing(), json([done(C1, true), readOnly]), () => broken('ECONNREFUSED'));
    expect(await connector.write([upsert('new'), upsert('old')], call)).toMatchObject([
      { outcome: 'done', id: C1 },
      { outcome: 'not_sent', code: 'ECONNREFUSED' },
    ]);
  });

  it('keeps what the first request has done where the call is aborted in between', async () => {
    const controller = new AbortController();
    const answer = () => {
      controller.abort();
      return json([done(C1, true), readOnly]);
    };
    const { connector, seen, call } = connect({}, thing(), answer);
    const outcomes = await connector.write([upsert('new'), upsert('old')], { ...call, signal: controller.signal });
    expect(outcomes).toMatchObject([{ outcome: 'done' }, { outcome: 'not_sent', code: 'aborted' }]);
    expect(seen).toHaveLength(2);
  });
});
