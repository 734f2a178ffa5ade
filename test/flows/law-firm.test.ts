import { bindSubmission, CrmSyncEngine, defineContactSchema, defineLogForm, resolveLogForm } from 'crm-sync-engine';
import { connectorContract, conversation, manualClock, memoryStore } from 'crm-sync-engine/testing';
import { beforeEach, describe, expect, it } from 'vitest';
import { docket } from './law-firm/docket.ts';
import { docketServer } from './law-firm/docket-server.ts';
import { capabilities, docketUnderTest } from './law-firm/docket-under-test.ts';

describe('a connector for a law firm, written on the port', () => {
  for (const { id, rule, requires, check } of connectorContract)
    it.skipIf(requires.some((one) => !capabilities.has(one)))(`${id} ${rule}`, () => check(docketUnderTest));
});

const FORM = defineLogForm({
  kind: 'call',
  fields: [
    { key: 'matter', title: 'Matter', type: 'selection', options: { association: 'matters', openFirst: true }, writes: 'association' },
    {
      key: 'billable',
      title: 'Billable?',
      type: 'selection',
      required: true,
      options: [
        { const: 'billable', title: 'Billable' },
        { const: 'non_billable', title: 'Non-billable' },
        { const: 'pro_bono', title: 'Pro bono' },
      ],
      defaultSettingId: 'usual_billing',
      writes: { activityField: 'billable_status' },
    },
  ],
});
const PHONE = '+14155550123';

describe("a law firm's call", () => {
  const key = 'docket-key';
  let clock: ReturnType<typeof manualClock>;
  let server: ReturnType<typeof docketServer>;
  let engine: CrmSyncEngine;
  let requests: string[];
  let alice: string;
  let estate: string;
  let lease: string;

  beforeEach(async () => {
    clock = manualClock('2026-05-01T12:00:00Z');
    server = docketServer({ key, now: clock.now });
    requests = [];
    engine = new CrmSyncEngine({
      workspace: 'firm',
      connection: 'docket',
      schema: defineContactSchema({}),
      store: memoryStore({ clock }),
      clock,
      connector: docket({
        key,
        clock,
        fetch(input, init) {
          const request = new Request(input, init);
          requests.push(`${request.method} ${new URL(request.url).pathname.replace('/api/v4', '')}`);
          return server.fetch(request);
        },
      }),
      mappings: [
        {
          crmObject: 'contacts',
          fields: [
            { crm: 'phone', field: 'phone_number', direction: 'inbound' },
            { crm: 'name', field: 'last_name', direction: 'inbound' },
          ],
        },
      ],
      activities: { call: true, sms: true },
      defaultCountry: 'US',
    });
    alice = server.add('contacts', { name: 'Alice Smith', phone: '(415) 555-0123' });
    const matter = (display_number: string, description: string, status = 'Open') =>
      server.add('matters', { display_number, description, status });
    estate = matter('00017-Smith', 'Estate of J. Smith');
    lease = matter('00021-Smith', 'Lease of the shop', 'Pending');
    const divorce = matter('00003-Smith', 'Divorce', 'Closed');
    for (const one of [estate, lease, divorce]) server.relate(alice, one);
    server.relate(alice, estate, 'heir'); // two roles, one matter
    await engine.pull();
    requests = [];
  });

  const call = (more: Parameters<typeof conversation>[0] = {}) =>
    conversation({ id: 'call-1', phone: PHONE, startedAt: '2026-05-01T11:50:00Z', summary: 'Asked about the will.', ...more });
  const ring = async () => (await engine.lookUp(PHONE, { forms: [FORM], objects: ['contacts'] }))[0]!;
  const submit = async (answers: object, stored?: Readonly<Record<string, string>>) => {
    const input = { match: await ring(), context: 'inboundCall' as const, ...(stored && { stored }) };
    const submission = bindSubmission(FORM, input, answers);
    if (!submission.ok) throw new Error(submission.issues.map(({ path, code }) => `${path.join('.')} ${code}`).join());
    clock.advance(1_000);
    return engine.logActivity(call(), { submission: submission.value });
  };
  const logged = () =>
    server
      .list('communications')
      .map(({ type, contact_id, matter_id, billable_status }) => ({ type, contact_id, matter_id, billable_status }));

  it('offers the matters of whoever calls, open ones first, each once, for one request beside the search', async () => {
    const match = await ring();
    expect(match.options['matters']).toMatchObject([
      { const: lease, title: '00021-Smith', description: 'Pending - Lease of the shop', open: true },
      { const: estate, title: '00017-Smith', description: 'Open - Estate of J. Smith', open: true },
      { title: '00003-Smith', open: false },
    ]);
    expect(requests.filter((request) => request !== 'GET /who_am_i' && request !== 'GET /fields')).toEqual([
      'GET /contacts',
      'GET /relationships',
    ]);
    const { values, sources, questions } = resolveLogForm(FORM, {
      match,
      context: 'inboundCall',
      settings: { usual_billing: 'Non-Billable' },
    });
    expect([values, sources]).toEqual([
      { matter: null, billable: 'non_billable' },
      { matter: null, billable: 'setting' },
    ]);
    expect(questions.map(({ field }) => field)).toEqual(['matter']);
  });

  it('is logged on the matter, with its billable status, once', async () => {
    expect(await submit({ matter: estate, billable: 'billable' })).toMatchObject({ status: 'done' });
    expect(await submit({ matter: estate, billable: 'billable' })).toMatchObject({ status: 'unchanged' });
    expect(logged()).toEqual([{ type: 'phone', contact_id: alice, matter_id: estate, billable_status: 'billable' }]);
  });

  it('moves to another matter, keeps its status, and leaves the matter when none is answered', async () => {
    await submit({ matter: estate, billable: 'pro_bono' });
    await submit({ matter: lease }, { matter: estate, billable: 'pro_bono' });
    expect(logged()).toEqual([{ type: 'phone', contact_id: alice, matter_id: lease, billable_status: 'pro_bono' }]);
    await submit({ matter: 'none' }, { matter: lease, billable: 'pro_bono' });
    expect(logged()).toEqual([{ type: 'phone', contact_id: alice, matter_id: undefined, billable_status: 'pro_bono' }]);
  });

  it('stays on the matter that a colleague has put it on, though ours is taken away', async () => {
    await submit({ matter: estate, billable: 'billable' });
    const [{ id }] = server.list('communications') as unknown as [{ id: string }];
    server.edit('communications', id, { matter_id: lease });
    await submit({ matter: 'none' }, { matter: estate, billable: 'billable' });
    expect(logged()).toMatchObject([{ matter_id: lease }]);
  });

  it('keeps its matter and its status when the recording comes later', async () => {
    await submit({ matter: estate, billable: 'billable' });
    clock.advance(60_000);
    expect(await engine.logActivity(call({ recordingUrl: 'https://example.com/1.wav' }))).toMatchObject({ status: 'done' });
    expect(logged()).toMatchObject([{ matter_id: estate, billable_status: 'billable' }]);
    expect(server.list('communications')[0]?.['body']).toContain('https://example.com/1.wav');
  });
});
