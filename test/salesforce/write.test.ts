import { describe, expect, it } from 'vitest';
import { toId18 } from '../../src/connectors/salesforce/record-id.ts';
import type { Write } from '../../src/ports/connector.ts';
import { broken, connect, contact, described, fixedAuth, ID, INSTANCE, json, NOW, refused, rows, type Script } from './scripted.ts';

const [C1, C2, C3] = ID.contact;
const create = (values: Write['values'] = { LastName: 'Smith' }, more: Partial<Write> = {}): Write => ({
  op: 'op',
  object: 'Contact',
  id: null,
  values,
  ...more,
});
const update = (id: string, values: Write['values'] = { LastName: 'Smith' }): Write => ({ op: 'op', object: 'Contact', id, values });
const upsert = (value: string, field = 'Key__c'): Write => create({ LastName: 'Smith' }, { uniqueKey: { field, value } });
const done = (id: string, more: object = {}) => ({ id, success: true, errors: [], ...more });
const failed = (statusCode: string, fields: string[] = [], message = 'x') => ({
  success: false,
  errors: [{ statusCode, message, fields }],
});
const LEAD = toId18('00Q000000000001')!;
const LEAD_OF = { object: 'Lead', id: LEAD };
const recordsOf = (request: { json: unknown } | undefined) => (request!.json as { records: Record<string, unknown>[] }).records;

describe('write', () => {
  it('creates in one request, in order, with nothing that assignment rules could take', async () => {
    const { connector, seen, requests, call } = connect({}, json([done(C1), failed('INVALID_EMAIL_ADDRESS', ['Email'])]));
    const wrote = await connector.write([create({ LastName: 'Smith', Score__c: 0, Email: null }), create()], call);
    expect(wrote).toEqual([
      { outcome: 'done', id: C1, created: true, values: {} },
      { outcome: 'refused', code: 'invalid_email', remedy: 'Correct the email address.', retryable: false, field: 'Email' },
    ]);
    expect(seen[0]).toMatchObject({ method: 'POST', path: '/services/data/v66.0/composite/sobjects' });
    expect(seen[0]!.headers.get('sforce-auto-assign')).toBe('FALSE');
    expect(seen[0]!.headers.get('content-type')).toBe('application/json');
    expect(seen[0]!.text).toBe(
      '{"allOrNone":false,"records":[{"attributes":{"type":"Contact"},"LastName":"Smith","Score__c":0,"Email":null},{"attributes":{"type":"Contact"},"LastName":"Smith"}]}',
    );
    expect(requests).toMatchObject([{ operation: 'POST /composite/sobjects', status: 200 }]);
  });
  it('updates by id', async () => {
    const { connector, seen, call } = connect({ autoAssign: true }, json([done(C1)]));
    expect(await connector.write([update(C1.slice(0, 15), { FirstName: null })], call)).toEqual([
      { outcome: 'done', id: C1, created: false, values: {} },
    ]);
    expect(seen[0]).toMatchObject({ method: 'PATCH', path: '/services/data/v66.0/composite/sobjects' });
    expect(recordsOf(seen[0])).toEqual([{ attributes: { type: 'Contact' }, id: C1, FirstName: null }]);
    expect(seen[0]!.headers.get('sforce-auto-assign')).toBe('TRUE');
  });
  it('upserts by a field that describe proves unique, and tells created from updated', async () => {
    const { connector, seen, call } = connect({}, contact(), json([done(C1, { created: true }), done(C2, { created: false })]));
    expect(await connector.write([upsert('a'), upsert('b/?#')], call)).toMatchObject([
      { outcome: 'done', created: true },
      { outcome: 'done', created: false },
    ]);
    expect(seen[1]).toMatchObject({ method: 'PATCH', path: '/services/data/v66.0/composite/sobjects/Contact/Key__c' });
    expect(recordsOf(seen[1])[1]).toMatchObject({ Key__c: 'b/?#' });
  });
  it.each(['Loose__c', 'Email', 'Hidden__c'])('never upserts by %s, which may repeat', async (field) => {
    const { connector, seen, call } = connect({}, contact());
    await expect(connector.write([upsert('a', field)], call)).rejects.toMatchObject({ code: 'key_not_unique', category: 'configuration' });
    expect(seen).toHaveLength(1);
  });
  it('keeps records of one object together, and outcomes in the order of the writes', async () => {
    const { connector, seen, call } = connect({}, json([done(ID.account), done(C1), done(C2)]));
    const wrote = await connector.write(
      [create({ LastName: 'A' }), create({ Name: 'B' }, { object: 'Account' }), create({ LastName: 'C' })],
      call,
    );
    expect(recordsOf(seen[0]).map((record) => (record['attributes'] as { type: string }).type)).toEqual(['Account', 'Contact', 'Contact']);
    expect(wrote.map((outcome) => (outcome.outcome === 'done' ? outcome.id : outcome.outcome))).toEqual([C1, ID.account, C2]);
  });
  it('ties a task to one person and one other record', async () => {
    const { connector, seen, call } = connect({}, json([done(C1)]));
    const associations = [
      { object: 'Contact', id: C2 },
      { object: 'Account', id: ID.account },
    ];
    await connector.write([create({ Subject: 'Call', WhoId: C3 }, { object: 'Task', associations })], call);
    expect(recordsOf(seen[0])[0]).toMatchObject({ WhoId: C3, WhatId: ID.account });
  });
  it.each([
    ['fields', { WhoId: LEAD, WhatId: ID.account }, []],
    ['associations', {}, [LEAD_OF, { object: 'Opportunity', id: toId18('006000000000001')! }]],
    ['one of each', { WhoId: LEAD }, [{ object: 'Account', id: ID.account }]],
  ])('never sends a task of a lead with a related record, named by %s: it says what to do instead', async (_, values, associations) => {
    const { connector, seen, call } = connect({}, json([done(C1)]));
    const refusedTask = create({ Subject: 'Call', ...values }, { object: 'Task', associations });
    const wrote = await connector.write([refusedTask, create({ Subject: 'Call', WhoId: LEAD }, { object: 'Task' })], call);
    expect(wrote).toMatchObject([
      { outcome: 'refused', code: 'invalid_combination', field: 'WhatId', retryable: false, remedy: expect.stringContaining('contact') },
      { outcome: 'done', id: C1 },
    ]);
    expect(recordsOf(seen[0])).toHaveLength(1);
    const alone = connect({});
    expect(await alone.connector.write([refusedTask], alone.call)).toMatchObject([{ outcome: 'refused' }]);
    expect(alone.seen).toEqual([]);
  });
  it('of nothing costs nothing', async () => {
    const { connector, seen, call } = connect({});
    expect(await connector.write([], call)).toEqual([]);
    expect(seen).toEqual([]);
  });
  it.each([
    ['creates and updates', [create(), update(C1)]],
    ['upserts by two fields', [upsert('a'), upsert('b', 'Other__c')]],
    ['a record twice', [update(C1), update(C1.slice(0, 15))]],
    ['a key twice', [upsert('a'), upsert('a')]],
    ['more than 200', Array.from({ length: 201 }, () => create())],
    ['a hostile id', [update("x' OR 1")]],
    ['a hostile field', [create({ 'attributes"': 'x' })]],
  ])('%s in one batch are a bug of the caller, and nothing is sent', async (_, batch) => {
    const { connector, seen, call } = connect({});
    await expect(connector.write(batch, call)).rejects.toThrow('invariant');
    expect(seen).toEqual([]);
  });
});

describe('what became of a write', () => {
  const one = async (...script: Parameters<typeof connect>[1][]) => {
    const { connector, seen, call } = connect({}, ...script);
    const [outcome] = await connector.write([create()], call);
    return { outcome, seen };
  };
  it.each([
    ['a reset', () => broken('ECONNRESET'), 'ECONNRESET'],
    ['a page with status 503', new Response('<html>Down</html>', { status: 503 }), 'http_503'],
    ['a server that is too busy', refused('SERVER_UNAVAILABLE', 503), 'http_503'],
    ['a time-out at the edge', new Response('', { status: 408 }), 'http_408'],
    ['a success that was cut', new Response('[{"id":"00', { status: 200 }), 'broken_answer'],
    ['a success of another length', json([]), 'broken_answer'],
    ['a success without an id', json([{ success: true, errors: [] }]), 'broken_answer'],
    ['a request that ran too long', refused('REQUEST_RUNNING_TOO_LONG'), 'http_400'],
  ])('is unknown after %s, and it is not sent again', async (_, answer, code) => {
    const { outcome, seen } = await one(answer);
    expect(outcome).toMatchObject({ outcome: 'unknown', code });
    expect(seen).toHaveLength(1);
  });
  it.each(['ENOTFOUND', 'ECONNREFUSED', 'UND_ERR_CONNECT_TIMEOUT'])('is not sent after %s', async (code) => {
    expect((await one(() => broken(code))).outcome).toMatchObject({ outcome: 'not_sent', code });
  });
  it.each([
    ['ENTITY_IS_DELETED', { outcome: 'gone' }],
    ['UNABLE_TO_LOCK_ROW', { outcome: 'refused', code: 'row_locked', retryable: true }],
    ['DUPLICATES_DETECTED', { outcome: 'refused', code: 'duplicate', retryable: false }],
    ['CANNOT_UPDATE_CONVERTED_LEAD', { outcome: 'refused', code: 'converted_lead' }],
  ])('is told by the code %s', async (code, expected) => {
    const { connector, call } = connect({}, json([failed(code)]));
    expect(await connector.write([update(C1)], call)).toMatchObject([expected]);
  });

  it.each([
    ['a used-up quota', refused('REQUEST_LIMIT_EXCEEDED', 403, 'TotalRequests Limit exceeded.'), 'rate_limit'],
    ['a firewall', new Response('<html>No</html>', { status: 403 }), 'permission'],
    ['too many requests', new Response('', { status: 429 }), 'rate_limit'],
    ['an object that is hidden', refused('INVALID_TYPE'), 'permission'],
    ['a retired version', new Response('', { status: 410 }), 'configuration'],
  ])('is thrown after %s, since nothing was applied', async (_, answer, category) => {
    const { connector, call } = connect({}, answer);
    await expect(connector.write([create(), create()], call)).rejects.toMatchObject({ category });
  });
  it('is known after an expired session: nothing was applied, and it is sent once more', async () => {
    const { outcome, seen } = await one(refused('INVALID_SESSION_ID', 401), json([done(C1)]));
    expect(outcome).toMatchObject({ outcome: 'done' });
    expect(seen.map(({ headers }) => headers.get('authorization'))).toEqual(['Bearer token-1', 'Bearer token-2']);
    await expect(one(refused('INVALID_SESSION_ID', 401), refused('INVALID_SESSION_ID', 401))).rejects.toMatchObject({
      category: 'authentication',
    });
  });
  it('is not sent again once its `notAfter` has passed: neither with a new session, nor what is left of a part that was refused', async () => {
    const slow = (answer: Response, ...more: Script) => {
      const opened = connect(
        {},
        () => {
          opened.clock.advance(9_500);
          return answer;
        },
        ...more,
      );
      return { ...opened, call: { ...opened.call, notAfter: opened.call.now() + 9_000 } };
    };
    const session = slow(refused('INVALID_SESSION_ID', 401));
    expect(await session.connector.write([create()], session.call)).toMatchObject([{ outcome: 'not_sent', code: 'too_late' }]);
    const part = slow(refused('INVALID_FIELD', 400, "No such column 'Gone__c' on sobject of type Contact"));
    expect(await part.connector.write([create({ LastName: 'A', Gone__c: 'x' }), create({ LastName: 'B' })], part.call)).toMatchObject([
      { outcome: 'refused', code: 'field_not_visible' },
      { outcome: 'not_sent', code: 'too_late' },
    ]);
    expect([session.seen.length, part.seen.length]).toEqual([1, 1]);
  });
  it('is not sent where the session took all the time there was', async () => {
    const slow = connect(
      {
        auth: {
          ...fixedAuth,
          refresh: async () => {
            slow.clock.advance(88_000);
            return { accessToken: 'token-2', instanceUrl: INSTANCE };
          },
        },
      },
      refused('INVALID_SESSION_ID', 401),
    );
    expect(await slow.connector.write([create()], slow.call)).toMatchObject([{ outcome: 'not_sent', code: 'no_time_left' }]);
  });
});

describe('a body that is refused as a whole', () => {
  it('because of a field goes again without the records that hold it', async () => {
    const message = "No such column 'Gone__c' on sobject of type Contact";
    const { connector, seen, call } = connect({}, refused('INVALID_FIELD', 400, message), json([done(C1)]));
    const wrote = await connector.write([create({ LastName: 'A', Gone__c: 'x' }), create({ LastName: 'B' })], call);
    expect(wrote).toMatchObject([
      { outcome: 'refused', code: 'field_not_visible', field: 'Gone__c', retryable: false },
      { outcome: 'done', id: C1 },
    ]);
    expect(seen).toHaveLength(2);
  });
  it('because of one value goes again in halves until that record stands alone', async () => {
    const names = Array.from({ length: 8 }, (_, index) => `N${index}`);
    const judge = (request: { json: unknown }) =>
      recordsOf(request).some((record) => record['LastName'] === 'N5')
        ? refused('JSON_PARSER_ERROR')
        : json(recordsOf(request).map(() => done(C1)));
    const { connector, seen, call } = connect({}, ...Array.from({ length: 18 }, () => judge));
    const wrote = await connector.write(
      names.map((LastName) => create({ LastName })),
      call,
    );
    expect(wrote.map(({ outcome }) => outcome)).toEqual(names.map((name) => (name === 'N5' ? 'refused' : 'done')));
    expect(seen).toHaveLength(7);
  });
  it('again and again ends: the rest is refused for now', async () => {
    const { connector, seen, call } = connect({}, ...Array.from({ length: 60 }, () => () => refused('JSON_PARSER_ERROR')));
    const wrote = await connector.write(
      Array.from({ length: 200 }, () => create()),
      call,
    );
    expect(seen.length).toBeLessThan(40);
    expect(wrote.every((outcome) => outcome.outcome === 'refused' && outcome.code === 'wrong_type')).toBe(true);
    expect(wrote.some((outcome) => outcome.outcome === 'refused' && outcome.retryable)).toBe(true);
  });
  it('keeps the outcomes it has when the rest can not be sent', async () => {
    const judge = [refused('JSON_PARSER_ERROR'), json([done(C1)]), refused('REQUEST_LIMIT_EXCEEDED', 403, 'TotalRequests Limit exceeded.')];
    const { connector, call } = connect({}, ...judge);
    expect(await connector.write([create(), create()], call)).toMatchObject([
      { outcome: 'done', id: C1 },
      { outcome: 'not_sent', code: 'daily_limit' },
    ]);
  });
});

describe('the signal of a write', () => {
  it('is looked at before sending, never during', async () => {
    const controller = new AbortController();
    const { connector, seen, call } = connect({}, () => {
      controller.abort(new Error('time is up'));
      return json([done(C1)]);
    });
    const cut = { ...call, signal: controller.signal };
    expect(await connector.write([create()], cut)).toMatchObject([{ outcome: 'done' }]);
    await expect(connector.write([create()], cut)).rejects.toThrow('time is up');
    expect(seen).toHaveLength(1);
  });
});

describe('what was described', () => {
  it('is asked for again after a refused field', async () => {
    const { connector, seen, call } = connect({}, contact(), json([failed('INVALID_FIELD_FOR_INSERT_UPDATE', ['FirstName'])]), contact());
    await connector.describe('Contact', call);
    await connector.write([create()], call);
    await connector.describe('Contact', call);
    expect(seen.map(({ path }) => path.split('/').at(-1))).toEqual(['describe', 'sobjects', 'describe']);
  });
});

describe('activityRecord', () => {
  const activity = {
    key: 'retell:call_1',
    channel: 'call',
    direction: 'inbound',
    subject: 'Call',
    body: 'Hello',
    startedAt: '2026-05-01T23:30:00.000Z',
    outcome: 'completed',
    record: { object: 'Contact', id: C1 },
  } as const;
  const status = (...values: string[]) => ({
    type: 'picklist',
    picklistValues: values.map((value) => ({ value, label: value, active: true })),
  });

  it('is completed on the day of the zone, without a question where the org says Completed', async () => {
    const { connector, seen, call } = connect(
      { timeZone: 'Asia/Tokyo' },
      described('Task', { Subject: 'combobox', ActivityDate: 'date', Status: status('Open', 'Completed') }),
    );
    const { values } = await connector.activityRecord(activity, call);
    expect(values).toMatchObject({ Status: 'Completed', ActivityDate: '2026-05-02' });
    expect(seen).toHaveLength(1);
  });
  it('takes the word of an org that renamed it, and asks once', async () => {
    const task = described('Task', { Status: status('Offen', 'Erledigt') });
    const { connector, seen, call } = connect({}, task, rows({ ApiName: 'Erledigt', MasterLabel: 'Erledigt' }));
    for (let turn = 0; turn < 2; turn += 1)
      expect((await connector.activityRecord(activity, call)).values).toMatchObject({ Status: 'Erledigt' });
    expect(seen.map(({ q }) => q)).toEqual(['', 'SELECT ApiName, MasterLabel FROM TaskStatus WHERE IsClosed = TRUE ORDER BY SortOrder']);
  });
  it("is logged in the org's default status where nobody says what is closed", async () => {
    const { connector, call } = connect({}, described('Task', { Status: status('Offen') }), refused('INVALID_TYPE'));
    expect((await connector.activityRecord(activity, call)).values).not.toHaveProperty('Status');
  });
});

describe('a connector', () => {
  it('states what the engine has to know', () => {
    const { connector } = connect({});
    expect(connector).toMatchObject({
      specVersion: 1,
      provider: 'salesforce',
      capabilities: {
        writeBatchMax: 200,
        fetchBatchMax: 200,
        writeOneObject: false,
        activity: { subjectMax: 255, bodyMax: 32_000 },
        matchFields: { phone_number: 'Phone', email: 'Email' },
      },
    });
    expect(NOW).toBeGreaterThan(connector.capabilities.settleMs);
  });
});
