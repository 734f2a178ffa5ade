import { describe, expect, it } from 'vitest';
import { salesforce } from '../../src/connectors/salesforce/index.ts';
import type { Json } from '../../src/core/values/value.ts';
import type { CrmSyncError } from '../../src/errors.ts';
import type { CrmConnector, Fetched, Page, ReadQuery } from '../../src/ports/connector.ts';
import { manualClock } from '../../src/testing/manual-clock.ts';
import { type FakeSalesforce, type FakeSalesforceOptions, fakeSalesforce } from '../../src/testing/salesforce/fake-salesforce.ts';
import type { SalesforceFault } from '../../src/testing/salesforce/service-context.ts';
import { pagesOf } from './scripted.ts';

const FIELDS: NonNullable<FakeSalesforceOptions['fields']> = {
  Contact: {
    Score__c: { type: 'double', scale: 2 },
    Visits__c: { type: 'int' },
    Share__c: { type: 'percent' },
    Paid__c: { type: 'currency' },
    Met__c: { type: 'datetime' },
    Home__c: { type: 'url' },
    Topics__c: { type: 'multipicklist', options: ['Price', 'Support'] },
    Notes__c: { type: 'textarea', length: 32_000 },
  },
};
const READ = [
  'Id',
  'LastName',
  'FirstName',
  'Email',
  'MobilePhone',
  'LeadSource',
  'Birthdate',
  'DoNotCall',
  'Description',
  'AccountId',
  'CreatedDate',
  'Account.Name',
  'Account.NumberOfEmployees',
  'Account.Owner.Name',
  'Owner.Name',
  'Owner.Type',
  'Hidden__c',
  'MailingAddress',
  'Account.BillingAddress',
  ...Object.keys(FIELDS['Contact']!),
];
const QUERY: ReadQuery = { object: 'Contact', fields: READ, filter: null, from: null };

interface Setup {
  readonly bulk?: FakeSalesforceOptions['bulk'];
  readonly readFrom?: number;
  readonly fetch?: (fetch: typeof globalThis.fetch) => typeof globalThis.fetch;
}
function org({ bulk = {}, readFrom = 1, fetch = (own) => own }: Setup = {}) {
  const clock = manualClock('2026-05-01T12:00:00.250Z');
  const crm = fakeSalesforce({ clock, fields: FIELDS, bulk: { jobMs: 30_000, ...bulk } });
  const call = { signal: new AbortController().signal, now: () => clock.now() };
  const { auth, instanceUrl } = crm.options;
  const connect = (jobs: { bulk?: { readFrom: number } } = { bulk: { readFrom } }): CrmConnector =>
    salesforce({ auth, instanceUrl, clock, fetch: fetch(crm.fetch), random: () => 0.5, ...jobs });
  const fill = (count: number) => {
    for (let index = 0; index < count; index += 1) crm.add('Contact', { LastName: `Contact ${index}` });
  };
  return { crm, clock, call, connect, fill };
}
const byId = (pages: readonly Page[]): Map<string, Fetched> =>
  new Map(pages.flatMap(({ records }) => records.map((record) => [record.id, record] as const)));
const stored = (checkpoint: Json): Json => JSON.parse(JSON.stringify(checkpoint));
const jobs = (crm: { readonly calls: { readonly counts: Readonly<Record<string, number>> } }) => crm.calls.counts['createQueryJob'] ?? 0;

const idsIn = (crm: FakeSalesforce): readonly string[] =>
  crm
    .list('Contact')
    .map(({ id }) => id)
    .toSorted();

/** One record of every kind that a read may meet. */
function addAll({ crm }: ReturnType<typeof org>): void {
  const acme = crm.add('Account', { Name: 'Acme, "Inc"\nWest', NumberOfEmployees: 1_200 });
  const blank = crm.add('Account', { Name: '#N/A' });
  const secret = crm.add('Account', { Name: 'Secret', NumberOfEmployees: 3 });
  const hostile = [
    '"',
    '""',
    ',',
    '\n',
    '\r\n',
    "'; DROP",
    '#N/A',
    '=1+1',
    'true',
    '0.0',
    'null',
    '007',
    '1e5',
    '\u2028',
    '😀',
    '\\',
    'a\tb',
  ];
  for (const text of hostile) crm.add('Contact', { LastName: `x${text}x`, FirstName: text, Description: `${text}${text}`, Notes__c: text });
  const rows: readonly Readonly<Record<string, unknown>>[] = [
    {},
    { Score__c: 0, Visits__c: 0, Share__c: 0, Paid__c: 0, DoNotCall: false },
    { Score__c: -12.25, Visits__c: 7, Share__c: 50.5, Paid__c: 1_234_567.89, DoNotCall: true },
    { Birthdate: '1984-02-29', Met__c: '2026-03-29T01:30:00Z', Home__c: 'https://example.com/?a=b&c=d', Topics__c: 'Price;Support' },
    { Email: 'ann@example.com', MobilePhone: '+1 (415) 555-0100', LeadSource: 'Web', Notes__c: 'long '.repeat(6_000) },
    { AccountId: acme.id },
    { AccountId: blank.id },
    { AccountId: secret.id },
  ];
  for (const [index, row] of rows.entries()) crm.add('Contact', { LastName: `Row ${index}`, ...row });
  crm.unshare(secret.id);
  crm.remove(crm.add('Contact', { LastName: 'Gone' }).id);
  crm.unshare(crm.add('Contact', { LastName: 'Unseen' }).id);
}

describe('a first read by a query job', () => {
  it('gives the same records as the ordinary read: every type, hostile texts, blank and hidden parents', async () => {
    const opened = org();
    const { crm, call, connect } = opened;
    addAll(opened);
    const ordinary = byId(await pagesOf(connect({}).read(QUERY, call)));
    expect(jobs(crm)).toBe(0);
    const pages = await pagesOf(connect().read(QUERY, call));
    expect(jobs(crm)).toBe(1);
    expect(ordinary.size).toBe(25);
    expect(byId(pages)).toEqual(ordinary);
    expect(pages.at(-1)).toMatchObject({ last: true, checkpoint: { mode: 'changes' } });
  });

  it('follows a converted lead to its contact, as the ordinary read does', async () => {
    const { crm, call, connect } = org();
    const [open, converted] = ['Open', 'Converted'].map((LastName) => crm.add('Lead', { LastName, Company: 'Acme' }));
    const { contact } = crm.convertLead(converted!.id);
    const query: ReadQuery = { ...QUERY, object: 'Lead', fields: ['LastName'] };
    const ordinary = byId(await pagesOf(connect({}).read(query, call)));
    const given = byId(await pagesOf(connect().read(query, call)));
    expect(jobs(crm)).toBe(1);
    expect(given.get(converted!.id)).toMatchObject({ state: 'merged', successor: contact.id, successorObject: 'Contact' });
    expect(given.get(open!.id)).toMatchObject({ state: 'present' });
    expect(given).toEqual(ordinary);
  });

  it('ends at the time before the job was made: what changes while it runs comes with the changes', async () => {
    const { crm, clock, call, connect, fill } = org();
    fill(3);
    clock.advance(3_600_000);
    const began = clock.now();
    const pages: Page[] = [];
    for await (const page of connect().read(QUERY, call)) {
      if (pages.length === 0) crm.add('Contact', { LastName: 'Before it ran' });
      pages.push(page);
      expect(page.requestedAt).toBe(began);
      if (page.records.length === 0) crm.edit(crm.list('Contact')[0]!.id, { FirstName: `Edit ${pages.length}` });
    }
    crm.add('Contact', { LastName: 'After it ran' });
    const { checkpoint } = pages.at(-1)!;
    expect(checkpoint).toMatchObject({ mode: 'changes', since: new Date(Math.floor(began / 1_000) * 1_000).toISOString() });
    const changes = byId(await pagesOf(connect().read({ ...QUERY, from: stored(checkpoint) }, call)));
    const seen = new Map([...byId(pages), ...changes]);
    expect([...seen.keys()].toSorted()).toEqual(idsIn(crm));
    const edited = seen.get(crm.list('Contact')[0]!.id);
    expect(edited).toMatchObject({ values: { FirstName: crm.list('Contact')[0]!.fields['FirstName'] } });
  });

  it('waits longer and longer, with an empty page between two looks, so that a run can end', async () => {
    const { crm, call, connect, fill } = org({ bulk: { jobMs: 240_000 } });
    fill(3);
    const stamps: number[] = [];
    const pages = connect().read(QUERY, { ...call, now: () => crm.now() });
    for await (const page of pages) {
      stamps.push(crm.now());
      expect(page.records.length === 0 || page.last).toBe(true);
      if (!page.last) expect(page.checkpoint).toMatchObject({ mode: 'bulk', job: expect.stringMatching(/^750/) });
    }
    const waits = stamps.slice(1).map((at, index) => at - stamps[index]!);
    expect(waits.slice(0, 3)).toEqual([4_000, 3_000, 4_500]);
    expect(Math.max(...waits)).toBe(30_000);
    expect(crm.calls.counts['queryJobState']).toBeLessThan(20);
  });

  it('costs a request per 10,000 records, and pages are no longer than those of the ordinary read', async () => {
    const { crm, call, connect, fill } = org();
    fill(12_345);
    const pages = (await pagesOf(connect().read({ ...QUERY, fields: ['LastName'] }, call))).filter(({ records }) => records.length > 0);
    expect(pages.map(({ records }) => records.length)).toEqual([2_000, 2_000, 2_000, 2_000, 2_000, 2_000, 345]);
    expect(crm.calls.counts).toMatchObject({ query: 1, createQueryJob: 1, queryJobResults: 2 });
    expect(byId(pages).size).toBe(12_345);
  });

  it('goes on after any page, on another connector, gives no page twice and loses nothing', async () => {
    const { crm, clock, call, connect, fill } = org({ bulk: { resultRowsMax: 4_500 } });
    fill(9_000);
    const query = { ...QUERY, fields: ['LastName'] };
    const { length } = await pagesOf(connect().read(query, call));
    const pages: Page[] = [];
    for (let from: Json | null = null, runs = 0; !pages.at(-1)?.last; runs += 1) {
      expect(runs).toBeLessThan(length + 5);
      for await (const page of connect().read({ ...query, from }, call)) {
        pages.push(page);
        from = stored(page.checkpoint);
        break;
      }
      clock.advance(60_000);
    }
    expect(jobs(crm)).toBe(2);
    expect(pages.flatMap(({ records }) => records)).toHaveLength(9_000);
    expect(byId(pages).size).toBe(9_000);
    for (const { requestedAt } of pages.slice(1)) expect(requestedAt).toBeLessThanOrEqual(pages[0]!.requestedAt);
  });

  it('gives a page again from its start where its rows are not the ones that were given', async () => {
    const { call, connect, fill } = org();
    fill(4_100);
    const query = { ...QUERY, fields: ['LastName'] };
    const pages = await pagesOf(connect().read(query, call));
    const first = pages.find(({ records }) => records.length > 0)!;
    const from = { ...(first.checkpoint as Readonly<Record<string, Json>>), lastId: '003000000000001AAA' };
    const again = await pagesOf(connect().read({ ...query, from }, call));
    expect(again.flatMap(({ records }) => records)).toHaveLength(4_100);
  });

  it.each([
    ['a job that is no id', { job: '../sobjects' }],
    ['a page without an end', { rows: 0 }],
    ['a member too many', { more: 1 }],
    ['no time that is one', { startedAt: 'yesterday' }],
  ])('refuses a checkpoint with %s, and sends nothing', async (_, change) => {
    const { crm, call, connect } = org();
    const checkpoint = {
      version: 1,
      mode: 'bulk',
      job: '750000000000001AAA',
      startedAt: null,
      locator: null,
      rows: 5,
      done: 0,
      lastId: null,
    };
    const from = { ...checkpoint, ...change };
    await expect(pagesOf(connect().read({ ...QUERY, from }, call))).rejects.toMatchObject({ code: 'invalid_checkpoint' });
    expect(crm.calls).toHaveLength(0);
  });

  it('costs one count where there is too little, and nothing where it is not asked for', async () => {
    const { crm, call, connect, fill } = org({ readFrom: 10 });
    fill(9);
    const filter = { field: 'LastName', eq: 'Contact 1' };
    expect(byId(await pagesOf(connect().read(QUERY, call))).size).toBe(9);
    expect([jobs(crm), crm.calls.counts['query']]).toEqual([0, 2]);
    fill(1);
    expect(byId(await pagesOf(connect().read({ ...QUERY, filter }, call))).size).toBe(1);
    expect(jobs(crm)).toBe(0);
    crm.forgetCalls();
    await pagesOf(connect().read({ ...QUERY, limit: 20 }, call));
    await pagesOf(connect({}).read(QUERY, call));
    expect([jobs(crm), crm.calls.counts['query']]).toEqual([0, 2]);
    await pagesOf(connect().read(QUERY, call));
    expect(jobs(crm)).toBe(1);
  });

  it('leaves the filter to Salesforce as far as it goes', async () => {
    const { crm, call, connect, fill } = org();
    fill(3);
    const pages = await pagesOf(connect().read({ ...QUERY, filter: { field: 'LastName', eq: 'Contact 1' } }, call));
    expect([jobs(crm), byId(pages).size]).toEqual([1, 1]);
  });
});

describe('a query job that can not be had brings everything in the ordinary way', () => {
  const read = async ({ call, connect, fill }: ReturnType<typeof org>, during: () => void = () => {}, fields = READ) => {
    fill(5);
    const pages: Page[] = [];
    for await (const page of connect().read({ ...QUERY, fields }, call)) {
      pages.push(page);
      if (pages.length === 1) during();
    }
    expect(byId(pages).size).toBe(5);
    expect(pages.at(-1)).toMatchObject({ last: true, checkpoint: { mode: 'changes' } });
    return pages;
  };

  it('the jobs of the day are used up', async () => {
    const used = org({ bulk: { queryJobsPerDay: 1 } });
    used.crm.add('Contact', { LastName: 'first' });
    await pagesOf(used.connect().read(QUERY, used.call));
    expect(byId(await pagesOf(used.connect().read(QUERY, used.call))).size).toBe(1);
    expect(jobs(used.crm)).toBe(2);
    expect(used.crm.calls.at(-1)).toMatchObject({ operation: 'query', status: 200 });
  });
  it('a field was hidden since it was described', async () => {
    const opened = org();
    await opened.connect().describe('Contact', opened.call);
    opened.crm.hideField('Contact.Title');
    await read(opened, () => {}, ['LastName', 'Title']);
  });
  it('a field was hidden while it ran: the job fails without a reason', async () => {
    const opened = org();
    await read(opened, () => opened.crm.hideField('Contact.Birthdate'));
    expect(opened.crm.calls.at(-1)).toMatchObject({ operation: 'query', status: 200 });
  });
  it('somebody aborted or removed it', async () => {
    for (const state of ['Aborted', 'removed']) {
      const opened = org();
      const { crm } = opened;
      const jobAt = async (method: string) => {
        const { accessToken } = await crm.options.auth.token({} as never);
        const headers = { authorization: `Bearer ${accessToken}`, 'content-type': 'application/json' };
        const list = await crm.fetch(`${crm.instanceUrl}/services/data/v66.0/jobs/query`, { headers });
        const { records } = (await list.json()) as { readonly records: readonly { readonly id: string }[] };
        const url = `${crm.instanceUrl}/services/data/v66.0/jobs/query/${records[0]!.id}`;
        return crm.fetch(url, { method, headers, ...(method === 'PATCH' ? { body: '{"state":"Aborted"}' } : {}) });
      };
      opened.fill(5);
      const pages: Page[] = [];
      for await (const page of opened.connect().read(QUERY, opened.call)) {
        pages.push(page);
        if (pages.length === 1) expect((await jobAt(state === 'Aborted' ? 'PATCH' : 'DELETE')).ok).toBe(true);
      }
      expect(byId(pages).size).toBe(5);
    }
  });
  it('its results are gone after a week', async () => {
    const { crm, clock, call, connect, fill } = org();
    fill(5);
    let from: Json = null;
    for await (const page of connect().read(QUERY, call)) {
      from = stored(page.checkpoint);
      break;
    }
    clock.advance(8 * 86_400_000);
    const pages = await pagesOf(connect().read({ ...QUERY, from }, call));
    expect(byId(pages).size).toBe(5);
    expect(jobs(crm)).toBe(1);
  });
  it('it runs for a day', async () => {
    const { call, connect, fill } = org({ bulk: { jobMs: 3 * 86_400_000 } });
    fill(5);
    const pages = await pagesOf(connect().read(QUERY, call));
    expect(byId(pages).size).toBe(5);
  }, 60_000);

  const without = (header: string) => (own: typeof globalThis.fetch) =>
    (async (input, init) => {
      const answer = await own(input, init);
      const headers = new Headers(answer.headers);
      headers.delete(header);
      return new Response(answer.body, { status: answer.status, headers });
    }) as typeof globalThis.fetch;
  it('nobody says which page comes next', async () => {
    await read(org({ bulk: { resultRowsMax: 2 }, fetch: without('sforce-locator') }));
  });
  it('the next page is always the same one', async () => {
    const stuck = (own: typeof globalThis.fetch) =>
      (async (input, init) => {
        const answer = await own(input, init);
        const headers = new Headers(answer.headers);
        if (headers.has('sforce-locator')) headers.set('sforce-locator', 'MT2A');
        return new Response(answer.body, { status: answer.status, headers });
      }) as typeof globalThis.fetch;
    await read(org({ bulk: { resultRowsMax: 2 }, fetch: stuck }));
  });
  it('a page lost its last rows on the way: it is asked for again', async () => {
    let asked = 0;
    const short = (own: typeof globalThis.fetch) =>
      (async (input, init) => {
        const request = new Request(input, init);
        const answer = await own(request);
        if (!request.url.includes('/results')) return answer;
        asked += 1;
        const lines = (await answer.text()).trimEnd().split('\n');
        return new Response(`${lines.slice(0, asked === 1 ? -1 : undefined).join('\n')}\n`, { headers: answer.headers });
      }) as typeof globalThis.fetch;
    const opened = org({ fetch: short });
    await read(opened);
    expect([asked, opened.crm.calls.counts['query']]).toEqual([2, 1]);
  });
  it('and without a clock of the CRM everything counts as changed since', async () => {
    const pages = await pagesOfOne(org({ fetch: without('date') }));
    expect(pages.at(-1)!.checkpoint).toMatchObject({ mode: 'changes', since: '1970-01-01T00:00:00.000Z' });
  });
  async function pagesOfOne({ call, connect, fill }: ReturnType<typeof org>) {
    fill(1);
    return pagesOf(connect().read(QUERY, call));
  }

  it('a page is larger than an answer may be: it asks for fewer rows at once', async () => {
    const asked: string[] = [];
    const flood = (own: typeof globalThis.fetch) =>
      (async (input, init) => {
        const request = new Request(input, init);
        const rows = new URL(request.url).searchParams.get('maxRecords');
        if (rows === null) return own(request);
        asked.push(rows);
        const chunk = new Uint8Array(8 * 1024 * 1024);
        return Number(rows) > 1_000 ? new Response(new ReadableStream({ pull: (to) => to.enqueue(chunk) })) : own(request);
      }) as typeof globalThis.fetch;
    const opened = org({ fetch: flood });
    const pages = await read(opened);
    expect(asked).toEqual(['10000', '2500', '625']);
    expect(pages.flatMap(({ records }) => records)).toHaveLength(5);
    expect(opened.crm.calls.counts['query']).toBe(1);
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
  ];
  const REQUESTS = ['describe', 'query', 'createQueryJob', 'queryJobState', 'queryJobResults'];
  const cases = WHAT.flatMap((what) =>
    REQUESTS.flatMap((on) => (what === 'expired_session' ? [1] : [1, 8]).map((times) => ({ what, on, times }))),
  );

  it.each(cases)(
    '$what on $on, $times times: the read ends well or says that it may go on, and loses nothing',
    async ({ what, on, times }) => {
      const { crm, clock, call, connect, fill } = org({ bulk: { resultRowsMax: 3 } });
      fill(8);
      crm.fault({ on, what, times });
      const pages: Page[] = [];
      for (let runs = 0; !pages.at(-1)?.last; runs += 1) {
        expect(runs).toBeLessThan(12);
        try {
          const from = pages.length === 0 ? null : stored(pages.at(-1)!.checkpoint);
          for await (const page of connect().read({ ...QUERY, fields: ['LastName'], from }, call)) pages.push(page);
        } catch (error) {
          expect(error).toMatchObject({ name: 'CrmSyncError', retryable: true });
          expect((error as CrmSyncError).message).not.toMatch(/Contact \d|fake\.session/);
        }
        clock.advance(3_600_000);
      }
      expect([...byId(pages).keys()].toSorted()).toEqual(idsIn(crm));
    },
  );
});
