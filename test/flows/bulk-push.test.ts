import { defineMapping } from 'crm-sync-engine';
import { salesforce } from 'crm-sync-engine/salesforce';
import { describe, expect, it } from 'vitest';
import { connectorAround } from './harness.ts';
import { CUSTOM_FIELDS, callsOf, contactMapping, deployment, schema } from './support.ts';

const HOUR = 3_600_000;
const FIELDS = {
  Contact: { ...CUSTOM_FIELDS.Contact, Our_Id__c: { type: 'string', length: 40, externalId: true, unique: true } },
} as const;
const outbound = defineMapping(schema, {
  crmObject: 'Contact',
  fields: [
    { crm: 'Phone', field: 'phone_number', direction: 'inbound' },
    { crm: 'LastName', field: 'last_name', direction: 'inbound' },
    { crm: 'Notes__c', field: 'interaction_summary', direction: 'outbound' },
    { crm: 'Email', field: 'email', direction: 'outbound' },
  ],
  create: { idField: 'Our_Id__c', defaults: { LastName: 'Unknown' } },
});
const phoneOf = (index: number) => `+1415${String(2_000_000 + index)}`;

/** A push of ten writes and more goes by a job. */
function start(mapping = outbound) {
  const there = deployment({ mappings: [mapping] }, { fields: FIELDS, bulk: { jobMs: 20_000 } });
  const connector = () => salesforce({ ...there.crm.options, clock: there.clock, bulk: { writeFrom: 10, readFrom: 1_000_000 } });
  const engine = there.engineOf({ connector: connector() });
  return { ...there, engine, rest: there.engine };
}

async function imported(count: number, mapping = outbound) {
  const there = start(mapping);
  for (let index = 0; index < count; index += 1) there.crm.add('Contact', { LastName: `Lee ${index}`, Phone: phoneOf(index) });
  await there.engine.pull();
  there.clock.advance(HOUR);
  return there;
}
type There = Awaited<ReturnType<typeof imported>>;

async function edit({ engine }: There, fields: (index: number) => object) {
  for (const [index, { id }] of (await engine.contacts.list({ page: { limit: 1_000 } })).entries())
    await engine.contacts.update(id, fields(index), { by: 'test' });
}
const notes = ({ crm }: There) => crm.list('Contact').map(({ fields }) => fields['Notes__c']);
const jobsIn = (calls: readonly string[]) => calls.filter((operation) => operation === 'createIngest').length;

describe('a large push', () => {
  it('goes by one job, with the same outcome per record as by requests, and leaves nothing to do', async () => {
    const there = await imported(40);
    await edit(there, (index) => ({ interaction_summary: `Called ${index}.`, ...(index === 7 && { email: 'no address' }) }));
    const calls = await callsOf(there.crm, async () => {
      const run = await there.engine.push();
      expect(run.counts).toMatchObject({ processed: 40, updated: 40, failed: 0 });
      expect(run.errors).toMatchObject([{ field: 'Email', code: 'invalid_email' }]);
    });
    expect(jobsIn(calls)).toBe(1);
    expect(calls.filter((operation) => operation.startsWith('PATCH'))).toHaveLength(1); // the rest of the one that was refused
    expect(new Set(notes(there))).toEqual(new Set(Array.from({ length: 40 }, (_, index) => `Called ${index}.`)));
    expect(await callsOf(there.crm, () => there.engine.push())).toEqual([]);
    there.clock.advance(HOUR);
    expect((await there.engine.pull()).counts).toMatchObject({ updated: 0, failed: 0 });
    expect(await callsOf(there.crm, () => there.engine.push())).toEqual([]);
  });

  it('goes by requests where it is small, or where a field goes both ways', async () => {
    const small = await imported(9);
    await edit(small, () => ({ interaction_summary: 'Called.' }));
    expect(jobsIn(await callsOf(small.crm, () => small.engine.push()))).toBe(0);
    const both = await imported(20, contactMapping);
    await edit(both, () => ({ lead_status: 'Working' }));
    expect(jobsIn(await callsOf(both.crm, () => both.engine.push()))).toBe(0);
    expect(both.crm.list('Contact').every(({ fields }) => fields['Lead_Status__c'] === 'Working')).toBe(true);
  });

  it('goes by requests where a field is sent for the first time: a filled one is met in the CRM, and not overwritten (R18, R24)', async () => {
    const without = defineMapping(schema, { ...outbound, fields: outbound.fields.filter(({ crm }) => crm !== 'Email') });
    const there = await imported(30, without);
    await edit(there, (index) => ({ email: `a${index}@example.com`, ...(index % 2 === 0 && { interaction_summary: 'Called.' }) }));
    await there.engine.push();
    const withEmail = (more: Parameters<typeof there.engineOf>[0] = {}) =>
      there.engineOf({
        connector: salesforce({ ...there.crm.options, clock: there.clock, bulk: { writeFrom: 10, readFrom: 1_000_000 } }),
        mappings: [outbound],
        ...more,
      });
    const [first] = there.crm.list('Contact');
    const slow = connectorAround(salesforce({ ...there.crm.options, clock: there.clock, bulk: { writeFrom: 10 } }), async (name, call) => {
      if (name === 'write' && there.crm.record(first?.id ?? '').fields['Email'] === null) {
        there.clock.advance(11_000); // as if it had waited for its turn
        there.crm.edit(first?.id ?? '', { Email: 'theirs@example.com' });
      }
      return call();
    });
    const calls = await callsOf(there.crm, () => withEmail({ connector: slow }).push());
    expect(jobsIn(calls)).toBe(0);
    const [theirs, ...ours] = there.crm.list('Contact').map(({ fields }) => String(fields['Email']));
    expect(theirs).toBe('theirs@example.com');
    expect(ours.filter((email) => /^a\d+@/.test(email))).toHaveLength(29);
    await edit(there, () => ({ email: 'new@example.com' }));
    expect(jobsIn(await callsOf(there.crm, () => withEmail().push()))).toBe(1);
  });

  it.each([5, 40])('of all: %i records that take longer to read than a reading counts are written all the same', async (count) => {
    const there = await imported(count);
    await edit(there, () => ({ interaction_summary: 'Called.' }));
    const connector = connectorAround(
      salesforce({ ...there.crm.options, clock: there.clock, bulk: { writeFrom: 10 } }),
      async (name, call) => {
        const answer = await call();
        if (name === 'fetch') there.clock.advance(11_000);
        return answer;
      },
    );
    const run = await there.engineOf({ connector }).push({ all: true });
    expect(run.counts).toMatchObject({ processed: count, updated: count, failed: 0 });
    expect(notes(there)).toEqual(Array.from({ length: count }, () => 'Called.'));
  });

  it.each(['upload', 'changeIngest', 'ingestState', 'ingestResults'])(
    'whose answers are lost at %s loses nothing and doubles nothing: it waits, and goes on',
    async (on) => {
      const there = await imported(15);
      await edit(there, (index) => ({ interaction_summary: `Called ${index}.` }));
      there.crm.fault({ on, what: 'network', times: 40 });
      await there.engine.push().catch(() => undefined);
      await edit(there, (index) => (index < 5 ? { interaction_summary: `Called ${index} again.` } : {}));
      for (let more = 0; more < 6; more += 1) {
        there.clock.advance(HOUR);
        await there.rest.push().catch(() => undefined);
      }
      expect(new Set(notes(there))).toEqual(
        new Set(Array.from({ length: 15 }, (_, index) => (index < 5 ? `Called ${index} again.` : `Called ${index}.`))),
      );
      expect(await there.engine.contacts.list({ page: { limit: 100 } })).toHaveLength(15);
    },
  );

  it('makes new records by a job where a field holds our id, and by requests where none does', async () => {
    const add = async (there: ReturnType<typeof start>) => {
      for (let index = 0; index < 12; index += 1) {
        const row = { kind: 'insert', entity: 'contact', suggestedId: `c${index}`, set: { phone_number: phoneOf(index) } } as const;
        await there.store.bind({ workspace: 'acme', connection: 'acme-salesforce' }).commit({ rows: [row], entries: [] });
      }
    };
    const byJob = start();
    await add(byJob);
    const calls = await callsOf(byJob.crm, async () => {
      expect((await byJob.engine.push({ createMissing: true })).counts).toMatchObject({ created: 12, failed: 0 });
    });
    expect(jobsIn(calls)).toBe(1);
    expect(byJob.crm.list('Contact').map(({ fields }) => fields['Our_Id__c'])).toHaveLength(12);
    expect(await callsOf(byJob.crm, () => byJob.engine.push({ createMissing: true }))).toEqual([]);

    const byRequest = start(defineMapping(schema, { ...outbound, create: { defaults: { LastName: 'Unknown' } } }));
    await add(byRequest);
    expect(jobsIn(await callsOf(byRequest.crm, () => byRequest.engine.push({ createMissing: true })))).toBe(0);
    expect(byRequest.crm.list('Contact')).toHaveLength(12);
  });
});
