import { describe, expect, it } from 'vitest';
import { salesforce } from '../../src/connectors/salesforce/index.ts';
import type { Value } from '../../src/core/values/value.ts';
import type { CompleteConnector, Write, Wrote } from '../../src/ports/connector.ts';
import { manualClock } from '../../src/testing/manual-clock.ts';
import { type FakeSalesforce, type FakeSalesforceOptions, fakeSalesforce } from '../../src/testing/salesforce/fake-salesforce.ts';
import type { SalesforceFault } from '../../src/testing/salesforce/service-context.ts';

const OPTIONS: FakeSalesforceOptions = {
  fields: {
    Contact: {
      Key__c: { type: 'string', externalId: true, unique: true },
      Code__c: { type: 'string', length: 20, unique: true },
      Score__c: { type: 'double', precision: 6, scale: 2 },
      Visits__c: { type: 'int', digits: 4 },
      Share__c: { type: 'percent' },
      Paid__c: { type: 'currency' },
      Met__c: { type: 'datetime' },
      Home__c: { type: 'url' },
      Topics__c: { type: 'multipicklist', options: ['Price', 'Support'] },
      Notes__c: { type: 'textarea', length: 100_000 },
      Total__c: { type: 'double', readOnly: true },
    },
  },
  validationRules: { Contact: ({ Title }) => (Title === 'Forbidden' ? { message: 'Ask LEGAL_TEAM first: no', field: 'Title' } : null) },
};
const call = { signal: new AbortController().signal, now: () => 0 };

interface Setup extends FakeSalesforceOptions {
  readonly wire?: (fetch: typeof globalThis.fetch) => typeof globalThis.fetch;
}
function org({ wire = (own) => own, ...options }: Setup = {}) {
  const clock = manualClock('2026-05-01T12:00:00.250Z');
  const crm = fakeSalesforce({ clock, ...OPTIONS, bulk: { jobMs: 20_000 }, ...options });
  const { auth, instanceUrl } = crm.options;
  const connector = salesforce({ auth, instanceUrl, clock, fetch: wire(crm.fetch), random: () => 0.5, bulk: {} });
  const fill = (count: number): string[] =>
    Array.from({ length: count }, (_, index) => crm.add('Contact', { LastName: `Contact ${index}`, Title: 'Old', Score__c: 1 }).id);
  return { crm, clock, connector, fill };
}
const inBulk = (connector: CompleteConnector, writes: readonly Write[], how = call): Promise<readonly Wrote[]> =>
  connector.writeBulk!(writes, how);
async function byRest(connector: CompleteConnector, writes: readonly Write[]): Promise<readonly Wrote[]> {
  const wrote: Wrote[] = [];
  for (let start = 0; start < writes.length; start += 200) wrote.push(...(await connector.write(writes.slice(start, start + 200), call)));
  return wrote;
}
const update = (id: string, values: Readonly<Record<string, Value>>): Write => ({ op: `op-${id}`, object: 'Contact', id, values });
const upsert = (key: string, values: Readonly<Record<string, Value>>): Write => ({
  op: `op-${key}`,
  object: 'Contact',
  id: null,
  values,
  uniqueKey: { field: 'Key__c', value: key },
});
const contactsIn = (crm: FakeSalesforce) =>
  crm.list('Contact').map(({ id, fields }) => ({ id, ...fields, SystemModstamp: null, LastModifiedDate: null, CreatedDate: null }));
const jobs = ({ calls }: FakeSalesforce): number => calls.counts['createIngest'] ?? 0;
const titles = (crm: FakeSalesforce) => crm.list('Contact').map(({ fields }) => fields['Title']);

/** What an update may set, and what may become of it. */
const VALUES: readonly Readonly<Record<string, Value>>[] = [
  { Title: 'New', FirstName: 'Ann' },
  { Title: null, Score__c: null, Met__c: null, Topics__c: null, AccountId: null },
  { Title: '', FirstName: '   ' },
  { DoNotCall: true, Score__c: -12.25, Visits__c: 7, Share__c: 50.5, Paid__c: 1_234.5 },
  { DoNotCall: false, Score__c: 0, Visits__c: 0 },
  { Score__c: 1e-7 },
  { Birthdate: '1984-02-29', Met__c: '2026-03-29T01:30:00.000Z', Home__c: 'https://example.com/?a=b&c=d' },
  { Topics__c: 'Price;Support', LeadSource: 'Web', Email: 'ann@example.com', MobilePhone: '+1 (415) 555-0100' },
  { Notes__c: 'line one\nline two, "quoted"\r\n; \u2028 😀 \ud800 \u0000 end' },
  { Notes__c: 'x'.repeat(32_000) },
  { Notes__c: 'x'.repeat(32_001) },
  { Title: '#N/A' },
  { Title: ' #n/a ' },
  { Title: '=cmd()', FirstName: "'; DROP" },
  {},
  // refused
  { Email: 'bad' },
  { Title: 'Forbidden' },
  { LastName: null },
  { Code__c: 'taken' },
  { Code__c: 'x'.repeat(21) },
  { Score__c: 123_456 },
  { Visits__c: 12_345 },
  { Visits__c: 1.5 },
  { Score__c: '12' },
  { DoNotCall: 'true' },
  { DoNotCall: null },
  { Title: 5 },
  { Birthdate: '03/08/2026' },
  { Birthdate: '2026-02-30' },
  { Met__c: 'yesterday' },
  { Topics__c: 'Nonsense' },
  { AccountId: 'nonsense' },
  { AccountId: '001Fk00000ZZZZZ' },
  { Total__c: 7 },
  { Id: '003Fk00000ZZZZZ' },
  { Nothing__c: 'x' },
  { title: 'Another case' },
];

describe('writes in bulk', () => {
  it('have the same outcome and the same effect as by REST: every type, every refusal', async () => {
    const make = ({ crm, fill }: ReturnType<typeof org>): readonly Write[] => {
      const ids = fill(VALUES.length);
      crm.add('Contact', { LastName: 'Taken', Code__c: 'taken' });
      const gone = crm.add('Contact', { LastName: 'Gone' });
      crm.remove(gone.id);
      const unseen = crm.add('Contact', { LastName: 'Unseen' });
      crm.unshare(unseen.id);
      const others = [gone.id, unseen.id, '003Fk00000ZZZZZ', crm.userId].map((id) => update(id, { Title: 'x' }));
      return [...VALUES.map((values, index) => update(ids[index]!, values)), ...others];
    };
    const uploads: string[] = [];
    const seen = (own: typeof globalThis.fetch) =>
      (async (input, init) => {
        const request = new Request(input, init);
        if (request.method === 'PUT') uploads.push(await request.clone().text());
        return own(request);
      }) as typeof globalThis.fetch;
    const [rest, bulk] = [org(), org({ wire: seen })];
    const [ordinary, writes] = [make(rest), make(bulk)];
    const expected = await byRest(rest.connector, ordinary);
    const wrote = await inBulk(bulk.connector, writes);
    expect(wrote).toEqual(expected);
    expect(contactsIn(bulk.crm)).toEqual(contactsIn(rest.crm));
    expect(new Set(wrote.map(({ outcome }) => outcome))).toEqual(new Set(['done', 'refused', 'gone']));
    expect([jobs(rest.crm), jobs(bulk.crm)]).toEqual([0, 1]);
    expect(writes.filter(({ id }) => uploads[0]!.includes(`"${id}"`))).toHaveLength(24); // the others no cell can say
  });

  it('as upserts have the same outcome and the same effect as by REST', async () => {
    const keys = ['k1', 'k2', 'K,"3"', 'k\n4', ' k5 ', '#N/A', '007', 'k8'];
    const make = ({ crm }: ReturnType<typeof org>): readonly Write[] => {
      crm.add('Contact', { LastName: 'There', Key__c: 'k1', Title: 'Old' });
      crm.add('Contact', { LastName: 'There too', Key__c: '007', Title: 'Old' });
      return keys.map((key, index) =>
        upsert(key, {
          LastName: `Upserted ${index}`,
          ...(index % 3 === 0 ? {} : { Title: null, DoNotCall: true }),
          ...(index === 7 ? { Email: 'bad' } : {}),
        }),
      );
    };
    const [rest, bulk] = [org(), org()];
    const expected = await byRest(rest.connector, make(rest));
    const wrote = await inBulk(bulk.connector, make(bulk));
    const shape = (outcomes: readonly Wrote[]) => outcomes.map((outcome) => ({ ...outcome, ...('id' in outcome ? { id: 'some' } : {}) }));
    expect(shape(wrote)).toEqual(shape(expected));
    const byKey = (crm: FakeSalesforce) =>
      contactsIn(crm)
        .map((contact) => ({ ...contact, id: null, Id: null }))
        .toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
    expect(byKey(bulk.crm)).toEqual(byKey(rest.crm));
    for (const [index, outcome] of wrote.entries()) {
      if (outcome.outcome === 'done') expect(bulk.crm.record(outcome.id).fields['LastName']).toBe(`Upserted ${index}`);
    }
    expect(jobs(bulk.crm)).toBe(1);
  });

  it('of 3,000 records cost a job and a few looks at it, in the order they were given', async () => {
    const { crm, connector, fill } = org({ bulk: { jobMs: 20_000, batchRows: 700 } });
    const writes = fill(3_000).map((id, index) => update(id, { Title: `Title ${index}` }));
    const wrote = await inBulk(connector, writes.toReversed());
    expect(wrote).toEqual(writes.toReversed().map(({ id }) => ({ outcome: 'done', id, created: false, values: {} })));
    expect(titles(crm)).toEqual(writes.map((_, index) => `Title ${index}`));
    expect(crm.calls.counts).toMatchObject({ createIngest: 1, upload: 1, changeIngest: 1, ingestResults: 1 });
    expect(crm.calls.length).toBeLessThan(15);
  });

  it('that are too large for one upload become two jobs', async () => {
    const { crm, connector, fill } = org();
    const text = 'x'.repeat(31_000);
    const wrote = await inBulk(
      connector,
      fill(1_700).map((id) => update(id, { Notes__c: text })),
    );
    expect(wrote.every(({ outcome }) => outcome === 'done')).toBe(true);
    expect(jobs(crm)).toBe(2);
    expect(crm.list('Contact').every(({ fields }) => fields['Notes__c'] === text)).toBe(true);
  });

  it('cost nothing for nothing, and are offered only where they were asked for', async () => {
    const { crm, connector } = org();
    expect(await inBulk(connector, [])).toEqual([]);
    expect(crm.calls).toHaveLength(0);
    expect(connector.capabilities.bulk).toEqual({ min: 2_000, max: 10_000, timeoutMs: 900_000 });
    const plain = salesforce(crm.options);
    expect([plain.capabilities.bulk, 'writeBulk' in plain]).toEqual([undefined, false]);
    expect(salesforce({ ...crm.options, bulk: { writeFrom: 500 } }).capabilities.bulk?.min).toBe(500);
  });

  it.each([{ writeFrom: 0 }, { writeFrom: 10_001 }, { writeFrom: 1.5 }, { readFrom: 0 }, { readFrom: Number.NaN }])(
    'refuse the option %o',
    (bulk) => {
      expect(() => salesforce({ ...org().crm.options, bulk })).toThrow(
        expect.objectContaining({ code: 'invalid_option', category: 'configuration' }),
      );
    },
  );

  it('are never plain creates, and never of two objects: no result would lead back to them', async () => {
    const { crm, connector, fill } = org();
    const [id] = fill(1);
    await expect(inBulk(connector, [{ op: 'o', object: 'Contact', id: null, values: { LastName: 'x' } }])).rejects.toThrow('plain creates');
    const lead = crm.add('Lead', { LastName: 'x', Company: 'y' });
    await expect(inBulk(connector, [update(id!, {}), { ...update(lead.id, {}), object: 'Lead' }])).rejects.toThrow('one object');
    expect(jobs(crm)).toBe(0);
  });

  it('of a lead go through collections, for no job can be told to leave its owner alone', async () => {
    const { crm, connector } = org();
    const leads = Array.from({ length: 250 }, () => crm.add('Lead', { LastName: 'x', Company: 'y' }).id);
    const wrote = await inBulk(
      connector,
      leads.map((id) => ({ ...update(id, { Title: 'New' }), object: 'Lead' })),
    );
    expect(wrote.every(({ outcome }) => outcome === 'done')).toBe(true);
    expect(crm.list('Lead').every(({ fields }) => fields['OwnerId'] === crm.userId && fields['Title'] === 'New')).toBe(true);
    expect([jobs(crm), crm.calls.counts['PATCH Lead']]).toEqual([0, 2]);
  });

  it('are led back by their own key where an old version does not tell the id of a failed row', async () => {
    const { crm, clock, fill } = org();
    const { auth, instanceUrl, fetch } = { ...crm.options };
    const connector = salesforce({ auth, instanceUrl, clock, fetch, apiVersion: '52.0', bulk: {} });
    const ids = fill(3);
    const writes = ids.map((id, index) => update(id, index === 1 ? { Email: 'bad' } : { Title: 'New' }));
    expect(await inBulk(connector, writes)).toMatchObject([
      { outcome: 'done', id: ids[0] },
      { outcome: 'refused', code: 'invalid_email', field: 'Email' },
      { outcome: 'done', id: ids[2] },
    ]);
  });

  it('describe the object again once Salesforce refused an option that it had', async () => {
    const { crm, connector, fill } = org();
    const [wrote] = await inBulk(
      connector,
      fill(1).map((id) => update(id, { Topics__c: 'Nonsense' })),
    );
    expect(wrote).toMatchObject({ outcome: 'refused', code: 'unknown_option', field: 'Topics__c' });
    await connector.describe('Contact', call);
    expect([jobs(crm), crm.calls.counts['describe']]).toEqual([1, 2]);
  });

  it('say that a locked row may be tried again', async () => {
    const { crm, connector, fill } = org();
    const ids = fill(3);
    crm.fault({ on: 'changeIngest', what: 'row_lock' });
    const wrote = await inBulk(
      connector,
      ids.map((id) => update(id, { Title: 'New' })),
    );
    expect(wrote.map(({ outcome }) => outcome)).toEqual(['refused', 'done', 'done']);
    expect(wrote[0]).toMatchObject({ code: 'row_locked', retryable: true });
  });

  it('leave out of an upsert of a known record what only a create may set', async () => {
    const fields = { Task: { Conversation_Key__c: { type: 'string', externalId: true, unique: true } } } as const;
    const { crm, connector } = org({ fields });
    const known = crm.add('Task', { Subject: 'Old', Conversation_Key__c: 'k1', TaskSubtype: 'Call' }).id;
    const writes = ['k1', 'k2'].map(
      (value): Write => ({
        op: value,
        object: 'Task',
        id: null,
        values: { Subject: 'New', TaskSubtype: 'Task' },
        uniqueKey: { field: 'Conversation_Key__c', value },
      }),
    );
    const wrote = await inBulk(connector, writes);
    expect(wrote).toMatchObject([
      { outcome: 'done', id: known, created: false },
      { outcome: 'done', created: true },
    ]);
    expect(crm.list('Task').map(({ fields: { Subject, TaskSubtype } }) => [Subject, TaskSubtype])).toEqual([
      ['New', 'Call'],
      ['New', 'Task'],
    ]);
    expect(jobs(crm)).toBe(1);
  });

  it('by a key that may repeat are refused before anything is sent', async () => {
    const { crm, connector } = org();
    const writes = [{ ...upsert('a@example.com', { LastName: 'x' }), uniqueKey: { field: 'Email', value: 'a@example.com' } }];
    await expect(inBulk(connector, writes)).rejects.toMatchObject({ code: 'key_not_unique' });
    expect(jobs(crm)).toBe(0);
  });
});

describe('a job that can not take the writes leaves them to collections', () => {
  const writesOf = ({ fill }: ReturnType<typeof org>, values: Readonly<Record<string, Value>> = {}) =>
    fill(5).map((id, index) => update(id, { Title: `New ${index}`, ...values }));

  it('the batches of the day are used up', async () => {
    const opened = org({ bulk: { batchesPerDay: 0 } });
    const wrote = await inBulk(opened.connector, writesOf(opened));
    expect(wrote.map(({ outcome }) => outcome)).toEqual(Array(5).fill('done'));
    expect(opened.crm.calls.counts).toMatchObject({ createIngest: 1, 'PATCH Contact': 1 });
  });
  it('a field was hidden since it was described, which fails the job as a whole', async () => {
    const opened = org();
    await opened.connector.describe('Contact', call);
    const writes = writesOf(opened).map((write, index) =>
      index === 2 ? { ...write, values: { ...write.values, Home__c: 'x.example' } } : write,
    );
    opened.crm.hideField('Contact.Home__c');
    const wrote = await inBulk(opened.connector, writes);
    expect(wrote.map(({ outcome }) => outcome)).toEqual(['done', 'done', 'refused', 'done', 'done']);
    expect(wrote[2]).toMatchObject({ code: 'field_not_visible', field: 'Home__c' });
    expect(titles(opened.crm)).toEqual(['New 0', 'New 1', 'Old', 'New 3', 'New 4']);
    expect(opened.crm.calls.counts['createIngest']).toBe(1);
  });
  it('and what they can not do either does not undo what the job did', async () => {
    const opened = org();
    const writes = writesOf(opened).map((write, index) => (index === 2 ? { ...write, values: { Title: '#N/A' } } : write));
    opened.crm.fault({ on: 'collections', what: 'request_limit' });
    const wrote = await inBulk(opened.connector, writes);
    expect(wrote.map(({ outcome }) => outcome)).toEqual(['done', 'done', 'not_sent', 'done', 'done']);
    expect(wrote[2]).toMatchObject({ code: 'daily_limit' });
    expect(titles(opened.crm)).toEqual(['New 0', 'New 1', 'Old', 'New 3', 'New 4']);
  });
  it('its close is refused, so that it writes nothing', async () => {
    const refuseClose = (own: typeof globalThis.fetch) =>
      (async (input, init) => {
        const request = new Request(input, init);
        if (request.method !== 'PATCH' || !(await request.clone().text()).includes('UploadComplete')) return own(request);
        return Response.json([{ errorCode: 'CLIENTINPUTERROR', message: 'no' }], { status: 400 });
      }) as typeof globalThis.fetch;
    const opened = org({ wire: refuseClose });
    const wrote = await inBulk(opened.connector, writesOf(opened));
    expect(wrote.map(({ outcome }) => outcome)).toEqual(Array(5).fill('done'));
  });
});

describe('a job that does not end in time', () => {
  it('is aborted: what was written is told, and the rest is unknown, for it may be under way', async () => {
    const { crm, clock, connector, fill } = org({ bulk: { jobMs: 30 * 60_000, batchRows: 2 } });
    const ids = fill(6);
    const started = clock.now();
    const wrote = await inBulk(
      connector,
      ids.map((id) => update(id, { Title: 'New' })),
    );
    expect(clock.now() - started).toBeLessThanOrEqual(connector.capabilities.bulk!.timeoutMs);
    expect(wrote.map(({ outcome }) => outcome)).toEqual(['done', 'done', 'unknown', 'unknown', 'unknown', 'unknown']);
    clock.advance(3_600_000);
    expect(titles(crm)).toEqual(['New', 'New', 'Old', 'Old', 'Old', 'Old']);
  });
  it('and can not be aborted either leaves everything unknown', async () => {
    const { crm, clock, connector, fill } = org({ bulk: { jobMs: 30 * 60_000 } });
    const ids = fill(2);
    crm.fault({ on: 'ingestState', what: 'server_unavailable', times: Number.POSITIVE_INFINITY });
    crm.fault({ on: 'ingestResults', what: 'server_unavailable', times: Number.POSITIVE_INFINITY });
    const started = clock.now();
    const wrote = await inBulk(
      connector,
      ids.map((id) => update(id, { Title: 'New' })),
    );
    expect(wrote.map(({ outcome }) => outcome)).toEqual(['unknown', 'unknown']);
    expect(clock.now() - started).toBeLessThanOrEqual(connector.capabilities.bulk!.timeoutMs);
  });
});

describe('an abort', () => {
  it('before the job is closed writes nothing', async () => {
    const controller = new AbortController();
    const abortAtUpload = (own: typeof globalThis.fetch) =>
      (async (input, init) => {
        const request = new Request(input, init);
        if (request.method === 'PUT') controller.abort(new Error('time is up'));
        return own(request);
      }) as typeof globalThis.fetch;
    const { crm, clock, connector, fill } = org({ wire: abortAtUpload });
    const ids = fill(2);
    const writes = ids.map((id) => update(id, { Title: 'New' }));
    await expect(inBulk(connector, writes, { ...call, signal: controller.signal })).rejects.toThrow('time is up');
    clock.advance(3_600_000);
    expect(titles(crm)).toEqual(['Old', 'Old']);
    expect(crm.calls.counts).toMatchObject({ upload: 1, changeIngest: 1 });
  });
  it('after it was closed does not cut it: what became of each write is told', async () => {
    const controller = new AbortController();
    const abortAtClose = (own: typeof globalThis.fetch) =>
      (async (input, init) => {
        const request = new Request(input, init);
        if (request.method === 'PATCH') controller.abort();
        return own(request);
      }) as typeof globalThis.fetch;
    const { connector, fill } = org({ wire: abortAtClose });
    const wrote = await inBulk(
      connector,
      fill(2).map((id) => update(id, { Title: 'New' })),
      { ...call, signal: controller.signal },
    );
    expect(wrote.map(({ outcome }) => outcome)).toEqual(['done', 'done']);
  });
});

describe('results of another layout than ours', () => {
  /** Answers of one resource, changed on the way. */
  const changed = (path: string, change: (text: string) => string | null) => (own: typeof globalThis.fetch) =>
    (async (input, init) => {
      const request = new Request(input, init);
      const answer = await own(request);
      if (!new URL(request.url).pathname.endsWith(path)) return answer;
      const text = change(await answer.text());
      return new Response(text, { status: text === null ? 204 : 200, headers: answer.headers });
    }) as typeof globalThis.fetch;
  const written = async (wire: Setup['wire'], values: readonly Readonly<Record<string, Value>>[]) => {
    const { connector, fill } = org(wire === undefined ? {} : { wire });
    const ids = fill(values.length);
    return inBulk(
      connector,
      ids.map((id, index) => update(id, values[index]!)),
    );
  };

  it.each([
    ['INVALID_EMAIL_ADDRESS - something', 'invalid_email', undefined],
    ['sf:INVALID_EMAIL_ADDRESS:x:Email --', 'invalid_email', 'Email'],
    ['something new', 'record_refused', undefined],
    ['', 'record_refused', undefined],
    ['FIELD_CUSTOM_VALIDATION_EXCEPTION:Ask LEGAL_TEAM first:--', 'validation_rule', undefined],
  ])('sf__Error %j is %s', async (text, code, field) => {
    const change = (body: string) => body.replace(/"INVALID_EMAIL_ADDRESS:[^"]*"/, `"${text}"`);
    const [outcome] = await written(changed('/failedResults', change), [{ Email: 'bad' }]);
    expect(outcome).toEqual({
      outcome: 'refused',
      code,
      remedy: expect.any(String),
      retryable: false,
      ...(field === undefined ? {} : { field }),
    });
  });
  it('no content where there is nothing to tell', async () => {
    const wire = changed('/failedResults', (body) => (body.trim().includes('\n') ? body : null));
    expect(await written(wire, [{ Title: 'New' }, { Title: 'Too' }])).toMatchObject([{ outcome: 'done' }, { outcome: 'done' }]);
  });
  it('a row that is told nowhere is unknown', async () => {
    const wire = changed('/successfulResults', (body) => body.split('\n').slice(0, 2).join('\n'));
    const wrote = await written(wire, [{ Title: 'New' }, { Title: 'Too' }]);
    expect(wrote.map(({ outcome }) => outcome).toSorted()).toEqual(['done', 'unknown']);
  });
  it('a table that is cut is asked for again, and rows of strangers say nothing', async () => {
    let asked = 0;
    const cut = changed('/successfulResults', (body) => {
      asked += 1;
      return asked === 1 ? body.slice(0, -9) : `${body}"003000000000001AAA","false","003000000000001AAA","x"\n`;
    });
    expect(await written(cut, [{ Title: 'New' }])).toMatchObject([{ outcome: 'done' }]);
    expect(asked).toBe(2);
  });
});

describe('faults', () => {
  const WHAT: readonly SalesforceFault[] = [
    'lost_ack',
    'network',
    'expired_session',
    'server_unavailable',
    'html_error',
    'broken_json',
    'request_limit',
    'concurrent_limit',
    'row_lock',
  ];
  const REQUESTS = ['createIngest', 'upload', 'changeIngest', 'ingestState', 'ingestResults', 'bulk'];
  const cases = WHAT.flatMap((what) => REQUESTS.flatMap((on) => [1, 3, 40].map((times) => ({ what, on, times }))));

  it.each(cases)('$what on $on, $times times: no outcome says more than what is so', async ({ what, on, times }) => {
    const { crm, clock, connector, fill } = org({ bulk: { jobMs: 20_000, batchRows: 2 } });
    const writes = fill(6).map((id, index) => update(id, index === 4 ? { Email: 'bad', Title: 'New' } : { Title: 'New' }));
    await connector.describe('Contact', call);
    crm.fault({ on, what, times });
    const wrote = await inBulk(connector, writes).catch((error: unknown) => error);
    clock.advance(24 * 3_600_000);
    const now = titles(crm);
    if (!Array.isArray(wrote)) {
      expect(wrote).toMatchObject({ name: 'CrmSyncError', remedy: expect.any(String) });
      expect(now).toEqual(Array(6).fill('Old'));
      return;
    }
    for (const [index, outcome] of (wrote as readonly Wrote[]).entries()) {
      if (outcome.outcome === 'done') expect(now[index]).toBe('New');
      else if (outcome.outcome !== 'unknown') expect(now[index]).toBe('Old');
    }
    const isRefused = on === 'changeIngest' && ['request_limit', 'concurrent_limit', 'row_lock'].includes(what);
    if (times === 1 && !isRefused && ['changeIngest', 'ingestState', 'ingestResults'].includes(on)) {
      expect(wrote.map(({ outcome }) => outcome)).toEqual(['done', 'done', 'done', 'done', 'refused', 'done']);
    }
  });
});
