import { describe, expect, it } from 'vitest';
import { pipelineOptions } from '../../src/connectors/hubspot/pipelines.ts';
import { hubspot } from '../../src/hubspot.ts';
import type { Call, RequestSeen } from '../../src/ports/connector.ts';
import { type FakeHubSpotOptions, fakeHubSpot } from '../../src/testing/hubspot/fake-hubspot.ts';
import { ALL_SCOPES } from '../../src/testing/hubspot/scopes.ts';
import { manualClock } from '../../src/testing/manual-clock.ts';
import { connect, json, properties, refused } from './scripted.ts';

function open(portal: FakeHubSpotOptions = {}) {
  const clock = manualClock('2026-11-01T12:00:00Z');
  const crm = fakeHubSpot({ clock, ...portal });
  const requests: RequestSeen[] = [];
  const call: Call = { signal: new AbortController().signal, now: () => clock.now(), onRequest: (request) => requests.push(request) };
  const connector = hubspot({ ...crm.options, random: () => 0 });
  const fieldOf = async (object: string, name: string) => {
    const field = (await connector.describe(object, call)).fields.find((one) => one.name === name);
    if (field === undefined) throw new Error(`${object} has no ${name}`);
    return field;
  };
  return { clock, crm, call, connector, requests, fieldOf };
}

describe('owners', () => {
  it('are all of them, page by page, also those who have left, by the id that a record names', async () => {
    const { crm, connector, call } = open({ pageSizeMax: 2 });
    const ann = crm.addOwner({ email: 'ann@example.com', firstName: 'Ann', lastName: 'Lee' });
    const bea = crm.addOwner({ email: 'bea@example.com' });
    const cy = crm.addOwner({ email: 'cy@example.com', firstName: 'Cy', archived: true });
    expect(await connector.owners?.(call)).toEqual([
      { id: crm.ownerId, name: 'Integration User', email: 'integration@example.com', active: true },
      { id: ann.id, name: 'Ann Lee', email: 'ann@example.com', active: true },
      { id: bea.id, name: 'bea@example.com', email: 'bea@example.com', active: true },
      { id: cy.id, name: 'Cy', email: 'cy@example.com', active: false },
    ]);
  });
  it('without the scope are refused with its name', async () => {
    const { connector, call } = open({ scopes: ALL_SCOPES.filter((scope) => !scope.includes('owners')) });
    await expect(connector.owners?.(call)).rejects.toMatchObject({
      code: 'missing_scopes',
      remedy: expect.stringContaining('crm.objects.owners.read'),
    });
  });
  it('of an answer that does not move on are not asked for again', async () => {
    const page = () => json({ results: [{ id: 7 }], paging: { next: { after: '7' } } });
    const { connector, call, seen } = connect({}, page, page);
    await expect(connector.owners?.(call)).rejects.toMatchObject({ code: 'broken_answer' });
    expect(seen[1]!.query).toEqual({ limit: '100', archived: 'false', after: '7' });
  });
  it('are no options of an owner property: they live elsewhere', async () => {
    const { fieldOf } = open();
    expect(await fieldOf('contacts', 'hubspot_owner_id')).toMatchObject({ type: 'reference' });
    expect(await fieldOf('contacts', 'hubspot_owner_id')).not.toHaveProperty('options');
  });
});

describe('pipelines and stages', () => {
  it.each([
    ['deals', 'dealstage', { value: 'appointmentscheduled', label: 'Appointment Scheduled' }],
    ['deals', 'pipeline', { value: 'default', label: 'Sales Pipeline' }],
    ['tickets', 'hs_pipeline_stage', { value: '2', label: 'Waiting on contact' }],
    ['tickets', 'hs_pipeline', { value: '0', label: 'Support Pipeline' }],
  ])('are options of %s.%s, with the labels that people see', async (object, name, option) => {
    const { fieldOf } = open();
    const field = await fieldOf(object, name);
    expect(field).toMatchObject({ type: 'picklist', restricted: true, required: true });
    expect(field.options).toContainEqual(option);
  });
  it('a stage whose label is used in several pipelines is told with its pipeline', async () => {
    const renewals = {
      id: 'renewals',
      label: 'Renewals',
      stages: [
        { id: '9001', label: 'Closed Won' },
        { id: '9002', label: 'Asked' },
      ],
    };
    const { fieldOf } = open({ pipelines: { deals: [renewals] } });
    const { options } = await fieldOf('deals', 'dealstage');
    expect(options).toEqual(
      expect.arrayContaining([
        { value: 'closedwon', label: 'Sales Pipeline: Closed Won' },
        { value: '9001', label: 'Renewals: Closed Won' },
        { value: '9002', label: 'Asked' },
      ]),
    );
  });
  it('cost a request where an object has them, and none where it has not', async () => {
    const { requests, connector, call } = open();
    await connector.describe('contacts', call);
    expect(requests.map(({ operation }) => operation)).toEqual(['GET /crm/properties/{object}']);
    await connector.describe('deals', call);
    await connector.describe('deals', call);
    expect(requests.slice(1).map(({ operation }) => operation)).toEqual(['GET /crm/properties/{object}', 'GET /crm/pipelines/{object}']);
  });
  it.each([
    [403, 'MISSING_SCOPES'],
    [404, undefined],
  ])('that HubSpot does not show (%i) leave their properties without options', async (status, category) => {
    const stage = { type: 'enumeration', fieldType: 'radio', externalOptions: true };
    const { connector, call } = connect({}, properties({ dealname: 'string', dealstage: stage }), refused(status, category));
    const { fields } = await connector.describe('deals', call);
    expect(fields.map(({ name, type, options }) => [name, type, options])).toEqual([
      ['dealname', 'string', undefined],
      ['dealstage', 'reference', undefined],
    ]);
  });
  it('that were archived are no options', () => {
    const stages = [
      { id: '1', label: 'Open', archived: false },
      { id: '2', label: 'Old', archived: true },
    ];
    const all = [
      { id: 'a', label: 'A', archived: false, stages },
      { id: 'b', label: 'B', archived: true, stages },
    ];
    expect(Object.fromEntries(pipelineOptions(all, { pipeline: 'pipeline', stage: 'dealstage' }))).toEqual({
      pipeline: [{ value: 'a', label: 'A' }],
      dealstage: [{ value: '1', label: 'Open' }],
    });
  });
});
