import { describe, expect, it } from 'vitest';
import type { Write } from '../../src/ports/connector.ts';
import { broken, connect, described, ID, json, NOW, pagesOf, refused, rows } from './scripted.ts';

const [C1, C2] = ID.contact;
const [L1, L2] = ['00Q000000000001EAA', '00Q000000000002EAA'] as const;
const STAMP = new Date(NOW).toISOString().replace('Z', '+0000');
const lead = (fields: Record<string, string | object> = { IsConverted: 'boolean', ConvertedContactId: 'reference' }) =>
  described('Lead', { Title: 'string', ...fields });
const row = (Id: string, more: object = {}) => ({ Id, SystemModstamp: STAMP, IsDeleted: false, Title: 'Buyer', ...more });
const converted = { IsConverted: true, ConvertedContactId: C1 };
const followed = { id: L1, state: 'merged', successor: C1, successorObject: 'Contact' };

describe('a converted lead', () => {
  it.each([
    ['the first read', null],
    ['changes', { version: 1, mode: 'changes', since: new Date(NOW).toISOString(), startedAt: null, afterStamp: null, afterId: null }],
  ])('is a record that its contact took over: in a read of %s', async (_, from) => {
    const answer = rows(row(L1, converted), row(L2, { IsConverted: false, ConvertedContactId: null }));
    const { connector, seen, call } = connect({}, lead(), answer);
    const [page] = await pagesOf(connector.read({ object: 'Lead', fields: ['Title'], filter: null, from }, call));
    expect(page?.records).toMatchObject([followed, { id: L2, state: 'present', values: { Title: 'Buyer' } }]);
    expect(seen[1]!.q).toContain('SELECT Id, SystemModstamp, IsDeleted, IsConverted, ConvertedContactId, Title FROM Lead');
  });

  it.each([
    ['', row(L1, converted), followed],
    [', deleted or not', row(L1, { ...converted, IsDeleted: true }), followed],
    [', unless it names none', row(L1, { ...converted, ConvertedContactId: null }), { id: L1, state: 'present' }],
    [', which a deletion alone is not', row(L1, { IsConverted: false, IsDeleted: true }), { id: L1, state: 'deleted' }],
  ])('is one when it is fetched too%s', async (_, answer, expected) => {
    const { connector, call } = connect({}, lead(), rows(answer));
    expect(await connector.fetch({ object: 'Lead', ids: [L1], fields: ['Title'] }, call)).toMatchObject([expected]);
  });

  it('is a record like any other where the contact is hidden', async () => {
    const { connector, seen, call } = connect({}, lead({ IsConverted: 'boolean' }), rows(row(L1)));
    expect(await connector.fetch({ object: 'Lead', ids: [L1], fields: [] }, call)).toMatchObject([{ state: 'present' }]);
    expect(seen[1]!.q).not.toContain('IsConverted');
  });

  it('is found by a field of its own as it is: whoever knows that field may link it, and it is followed from there', async () => {
    const { connector, call } = connect({}, lead(), rows(row(L1, converted)));
    const { found } = await connector.find({ object: 'Lead', by: 'Title', values: ['Buyer'], fields: ['Title'] }, call);
    expect(found).toMatchObject([{ record: { id: L1, state: 'present' } }]);
  });
});

const failed = (statusCode: string) => ({
  success: false,
  errors: [{ statusCode, message: 'cannot reference converted lead', fields: [] }],
});
const done = (id: string) => ({ id, success: true, errors: [] });
const update = (id: string): Write => ({ op: 'op', object: 'Lead', id, values: { Title: 'CEO' } });
const task = (WhoId: string, more: Partial<Write> = {}): Write => ({
  op: 'op',
  object: 'Task',
  id: null,
  values: { Subject: 'Call', WhoId },
  ...more,
});
const bodyOf = (request: { json: unknown } | undefined) => (request!.json as { records: Record<string, unknown>[] }).records;
const CONVERTED = 'CANNOT_UPDATE_CONVERTED_LEAD';

describe('an update of a converted lead', () => {
  it('is gone to its contact: one look-up for all of them', async () => {
    const answers = [json([failed(CONVERTED), done(L2)]), rows({ Id: L1, ConvertedContactId: C1 })];
    const { connector, seen, call } = connect({}, ...answers);
    expect(await connector.write([update(L1), update(L2)], call)).toMatchObject([
      { outcome: 'gone', successor: C1, successorObject: 'Contact' },
      { outcome: 'done', id: L2 },
    ]);
    expect(seen[1]!.q).toBe(`SELECT Id, ConvertedContactId FROM Lead WHERE IsConverted = TRUE AND Id IN ('${L1}')`);
    expect(seen).toHaveLength(2);
  });

  it.each([
    ['names no contact', () => rows({ Id: L1, ConvertedContactId: null })],
    ['knows no such lead', () => rows()],
    ['hides the field', () => refused('INVALID_FIELD')],
    ['can not be reached', () => broken('ECONNRESET')],
    ['is cut', () => new Response('{"records":[', { status: 200 })],
  ])('stays refused, with what to do, where the look-up %s', async (_, answer) => {
    const { connector, call } = connect({}, json([failed(CONVERTED)]), answer, answer);
    expect(await connector.write([update(L1)], call)).toEqual([
      { outcome: 'refused', code: 'converted_lead', remedy: 'The lead was converted: write to its contact.', retryable: false },
    ]);
  });

  it('is known in time: a slow look-up does not hold the outcome up', async () => {
    const slow = connect({}, json([failed(CONVERTED)]), () => {
      slow.clock.advance(95_000);
      return broken('ECONNRESET');
    });
    await slow.connector.write([update(L1)], slow.call);
    expect(slow.seen).toHaveLength(2); // and is not tried again
  });
});

describe('a task on a converted lead', () => {
  it.each([CONVERTED, 'FIELD_INTEGRITY_EXCEPTION', 'INVALID_CROSS_REFERENCE_KEY'])('goes to the contact, once, after %s', async (code) => {
    const found = rows({ Id: L1, ConvertedContactId: C1 });
    const { connector, seen, call } = connect({}, json([failed(code), done(C2)]), found, json([done('00T000000000001EAA')]));
    expect(await connector.write([task(L1), task(C2)], call)).toMatchObject([
      { outcome: 'done', id: '00T000000000001EAA', created: true },
      { outcome: 'done', id: C2 },
    ]);
    expect(bodyOf(seen[2])).toEqual([{ attributes: { type: 'Task' }, WhoId: C1, Subject: 'Call' }]);
  });

  it('named as an association goes there too', async () => {
    const write = task(L1, { values: { Subject: 'Call' }, associations: [{ object: 'Lead', id: L1 }] });
    const answers = [json([failed(CONVERTED)]), rows({ Id: L1, ConvertedContactId: C1 }), json([done('00T000000000001EAA')])];
    const { connector, seen, call } = connect({}, ...answers);
    expect(await connector.write([write], call)).toMatchObject([{ outcome: 'done' }]);
    expect(bodyOf(seen[2])[0]).toMatchObject({ WhoId: C1 });
  });

  it('is tried there once: a second refusal stays', async () => {
    const answers = [json([failed(CONVERTED)]), rows({ Id: L1, ConvertedContactId: C1 }), json([failed('INSUFFICIENT_ACCESS')])];
    const { connector, seen, call } = connect({}, ...answers);
    expect(await connector.write([task(L1)], call)).toMatchObject([{ outcome: 'refused', code: 'no_access' }]);
    expect(seen).toHaveLength(3);
  });

  it('stays unknown where that answer is lost, and not sent where it could not go', async () => {
    const script = () => [json([failed(CONVERTED)]), rows({ Id: L1, ConvertedContactId: C1 })];
    const lost = connect({}, ...script(), () => broken('ECONNRESET'));
    expect(await lost.connector.write([task(L1)], lost.call)).toMatchObject([{ outcome: 'unknown' }]);
    const limited = connect({}, ...script(), refused('REQUEST_LIMIT_EXCEEDED', 403, 'TotalRequests Limit exceeded.'));
    expect(await limited.connector.write([task(L1)], limited.call)).toMatchObject([{ outcome: 'not_sent', code: 'daily_limit' }]);
  });

  it('is not looked up where its person is a contact, or the lead is not at fault', async () => {
    const contact = connect({}, json([failed('FIELD_INTEGRITY_EXCEPTION')]));
    expect(await contact.connector.write([task(C1)], contact.call)).toMatchObject([{ outcome: 'refused' }]);
    const other = connect({}, json([failed('STRING_TOO_LONG')]));
    expect(await other.connector.write([task(L1)], other.call)).toMatchObject([{ outcome: 'refused', code: 'too_long' }]);
    expect([contact.seen.length, other.seen.length]).toEqual([1, 1]);
  });
});

describe('the search for an activity of a lead', () => {
  const text = (key: string) => ({ Id: '00T000000000001EAA', SystemModstamp: STAMP, IsDeleted: false, Description: `Hello\nRef: ${key}` });
  const query = { object: 'Task', by: '$activity', values: ['k'], fields: [], record: { object: 'Lead', id: L1 } } as const;
  const taskInfo = () => described('Task', { Description: { type: 'textarea', filterable: false } });

  it('looks at the tasks of the contact as well, which took them over', async () => {
    const { connector, seen, call } = connect({}, taskInfo(), rows(), rows({ Id: L1, ConvertedContactId: C1 }), rows(text('k')));
    expect((await connector.find(query, call)).found).toHaveLength(1);
    expect(seen[3]!.q).toContain(`WHERE WhoId = '${C1}'`);
  });

  it('proves nothing where nobody may know whether the lead was converted, and fails where Salesforce does', async () => {
    const hidden = connect({}, taskInfo(), rows(), refused('INVALID_FIELD'), taskInfo());
    expect(await hidden.connector.find(query, hidden.call)).toEqual({ found: [], completeUntil: 0 });
    const busy = connect({}, taskInfo(), rows(), ...Array.from({ length: 9 }, () => refused('REQUEST_LIMIT_EXCEEDED', 403, 'x')));
    await expect(busy.connector.find(query, busy.call)).rejects.toMatchObject({ category: 'rate_limit' });
  });
});
