import { describe, expect, it } from 'vitest';
import { hubspot } from '../../src/hubspot.ts';
import type { Call, RequestSeen } from '../../src/ports/connector.ts';
import type { Related } from '../../src/ports/related.ts';
import { type FakeHubSpotOptions, fakeHubSpot } from '../../src/testing/hubspot/fake-hubspot.ts';
import { ALL_SCOPES } from '../../src/testing/hubspot/scopes.ts';
import { manualClock } from '../../src/testing/manual-clock.ts';

function open(portal: FakeHubSpotOptions = {}) {
  const clock = manualClock('2026-11-01T12:00:00Z');
  const crm = fakeHubSpot({ clock, ...portal });
  const requests: RequestSeen[] = [];
  const call: Call = { signal: new AbortController().signal, now: () => clock.now(), onRequest: (request) => requests.push(request) };
  const connector = hubspot({ ...crm.options, random: () => 0 });
  /** Options by name, of one record. */
  const ask = async (id: string, ...to: string[]): Promise<Readonly<Record<string, unknown>>> => {
    const answers: Related[] = [];
    for await (const answer of connector.related!({ object: 'contacts', ids: [id], to, limit: 50 }, call)) answers.push(answer);
    return Object.fromEntries(answers.map((answer) => [answer.to, 'options' in answer ? answer.options : answer.code]));
  };
  const contact = crm.add('contacts', { lastname: 'Lee', email: 'ann@example.com' }).id;
  const tied = (object: string, properties: Readonly<Record<string, unknown>>, label?: string): string => {
    const { id } = crm.add(object, properties);
    crm.associate(contact, id, label);
    clock.advance(60_000);
    return id;
  };
  return { clock, crm, call, connector, requests, ask, contact, tied };
}

const deal = (dealname: string, dealstage: string) => ({ dealname, dealstage, pipeline: 'default' });

describe('options of a HubSpot contact', () => {
  it('are its deals and tickets with the label of their stage, open ones first, then what changed last', async () => {
    const { ask, tied, contact } = open();
    const won = tied('deals', deal('Pilot', 'closedwon'));
    const renewal = tied('deals', deal('Renewal', 'contractsent'));
    const lost = tied('deals', deal('Fleet', 'closedlost'));
    const upgrade = tied('deals', deal('Upgrade', 'qualifiedtobuy'));
    const done = tied('tickets', { subject: 'Broken', hs_pipeline: '0', hs_pipeline_stage: '4' });
    const login = tied('tickets', { subject: 'Cannot log in', hs_pipeline: '0', hs_pipeline_stage: '3' });
    const at = (minute: string) => `2026-11-01T12:0${minute}:00.000Z`;
    const stamped = (minute: string) => ({ createdAt: at(minute), updatedAt: at(minute) });
    expect(await ask(contact, 'deals', 'tickets')).toEqual({
      deals: [
        { const: upgrade, title: 'Upgrade', description: 'Qualified To Buy', open: true, ...stamped('3') },
        { const: renewal, title: 'Renewal', description: 'Contract Sent', open: true, ...stamped('1') },
        { const: lost, title: 'Fleet', description: 'Closed Lost', open: false, ...stamped('2') },
        { const: won, title: 'Pilot', description: 'Closed Won', open: false, ...stamped('0') },
      ],
      tickets: [
        { const: login, title: 'Cannot log in', description: 'Waiting on us', open: true, ...stamped('5') },
        { const: done, title: 'Broken', description: 'Closed', open: false, ...stamped('4') },
      ],
    });
  });

  it('of a stage that was made after the pipelines were read are open or closed by what the deal says itself', async () => {
    const { ask, tied, contact, crm } = open({ pipelines: { deals: [{ id: 'p2', stages: [{ id: 'gone', closed: true }] }] } });
    const id = tied('deals', { dealname: 'Old', pipeline: 'p2', dealstage: 'gone' });
    const connector = hubspot({
      ...crm.options,
      fetch: async (input, init) => {
        const answer = await crm.fetch(input, init);
        const url = input instanceof Request ? input.url : String(input);
        return url.includes('/pipelines/') ? Response.json({ results: [] }) : answer;
      },
    });
    const answers: Related[] = [];
    const call: Call = { signal: new AbortController().signal, now: () => 0 };
    for await (const answer of connector.related!({ object: 'contacts', ids: [contact], to: ['deals'], limit: 5 }, call))
      answers.push(answer);
    expect(answers).toMatchObject([{ options: [{ const: id, title: 'Old', open: false }] }]);
    expect(await ask(contact, 'deals')).toMatchObject({ deals: [{ description: 'gone', open: false }] });
  });

  it('are its companies by name and domain, the primary one first', async () => {
    const { ask, tied, contact } = open();
    const primary = tied('companies', { name: 'Acme', domain: 'acme.example' }, 'Primary');
    const other = tied('companies', { domain: 'globex.example' });
    const { companies } = (await ask(contact, 'companies')) as { companies: readonly object[] };
    expect(companies).toMatchObject([
      { const: primary, title: 'Acme', description: 'acme.example' },
      { const: other, title: 'globex.example' },
    ]);
    expect(companies[1]).not.toHaveProperty('description');
    expect(companies[0]).not.toHaveProperty('open');
    expect(await ask(contact, 'companies:Primary')).toMatchObject({ 'companies:Primary': [{ const: primary }] });
  });

  it('are records of a custom object, by the property that they go by, and under each of its names', async () => {
    const { ask, tied, contact, crm, requests } = open({ properties: { matter: { display_number: { type: 'string' } } } });
    const id = tied('matter', { display_number: '00017-Smith' });
    const options = [{ const: id, title: '00017-Smith', createdAt: expect.any(String), updatedAt: expect.any(String) }];
    expect(await ask(contact, '2-10001')).toEqual({ '2-10001': options });
    const qualified = `p${crm.portalId}_matter`;
    expect(await ask(contact, qualified)).toEqual({ [qualified]: options });
    expect(requests.filter(({ operation }) => operation.includes('schemas'))).toHaveLength(1);
  });

  it('of a custom object whose schema the app does not see go by their id', async () => {
    const scopes = ALL_SCOPES.filter((scope) => scope !== 'crm.schemas.custom.read');
    const { ask, tied, contact } = open({ scopes, properties: { matter: { display_number: { type: 'string' } } } });
    const id = tied('matter', { display_number: '00017-Smith' });
    expect(await ask(contact, '2-10001')).toMatchObject({ '2-10001': [{ const: id, title: id }] });
  });

  it('are narrowed by the label of the association, whatever its case; a label that is not there fails alone', async () => {
    const { ask, tied, contact, requests } = open({
      labels: [{ from: 'contacts', to: 'deals', label: 'Decision maker', inverseLabel: 'Decided by' }],
    });
    const decides = tied('deals', deal('Renewal', 'contractsent'), 'Decision maker');
    tied('deals', deal('Upgrade', 'contractsent'));
    expect(await ask(contact, 'deals:decision MAKER', 'deals:Decided by', 'deals: ')).toMatchObject({
      'deals:decision MAKER': [{ const: decides }],
      'deals:Decided by': 'no_association_label',
      'deals: ': [{ title: 'Upgrade' }, { title: 'Renewal' }],
    });
    requests.length = 0;
    await ask(contact, 'deals:Decision maker');
    expect(requests.map(({ operation }) => operation)).toEqual([
      'POST /crm/associations/{object}/{object}/batch/read',
      'POST /crm/objects/{object}/batch/read',
    ]);
  });

  it('that the app may not see fail alone, with the scope in the remedy', async () => {
    const { ask, tied, contact, connector, call } = open({ scopes: ALL_SCOPES.filter((scope) => !scope.includes('deals')) });
    tied('deals', deal('Renewal', 'contractsent'));
    const ticket = tied('tickets', { subject: 'Broken', hs_pipeline: '0', hs_pipeline_stage: '1' });
    expect(await ask(contact, 'deals', 'tickets')).toMatchObject({ deals: 'missing_scopes', tickets: [{ const: ticket }] });
    for await (const answer of connector.related!({ object: 'contacts', ids: [contact], to: ['deals'], limit: 1 }, call))
      expect(answer).toMatchObject({ failed: true, remedy: expect.stringContaining('crm.objects.deals.read') });
  });

  it('that were archived, or are tied no more, are none', async () => {
    const { ask, tied, contact, crm } = open();
    const [a, b] = [tied('deals', deal('A', 'contractsent')), tied('deals', deal('B', 'contractsent'))];
    crm.remove(a);
    crm.dissociate(contact, b);
    expect(await ask(contact, 'deals')).toEqual({ deals: [] });
  });

  it('that are very many are the youngest ones, and there are more', async () => {
    const { contact, crm, connector, call, requests, ask, tied } = open({
      labels: [{ from: 'contacts', to: 'deals', label: 'Decision maker' }],
    });
    const decides = tied('deals', deal('Renewal', 'contractsent'), 'Decision maker');
    for (let index = 0; index < 502; index += 1) crm.associate(contact, crm.add('deals', deal(`Deal ${index}`, 'contractsent')).id);
    for await (const answer of connector.related!({ object: 'contacts', ids: [contact], to: ['deals'], limit: 1_000 }, call))
      expect(answer).toMatchObject({ more: true, options: { length: 500 } });
    expect(requests.filter(({ operation }) => operation === 'POST /crm/objects/{object}/batch/read')).toHaveLength(5);
    for await (const answer of connector.related!({ object: 'contacts', ids: [contact], to: ['deals:Decision maker'], limit: 1 }, call))
      expect(answer).toEqual({ of: contact, to: 'deals:Decision maker', options: [expect.objectContaining({ const: decides })] });
    expect(await ask(contact, 'tickets')).toEqual({ tickets: [] });
  });
});
