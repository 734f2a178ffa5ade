import { CrmSyncEngine, isCrmSyncError, type LogForm } from 'crm-sync-engine';
import { memoryStore } from 'crm-sync-engine/stores/memory';
import { afterAll, describe, expect, it } from 'vitest';
import { CRMS, type HostileCrm, schema } from './crms.ts';
import { holdable, hostile, prototypesAreClean } from './strings.ts';

/** Requests from one place of the log on, as path, structure and values. */
const since = (crm: HostileCrm, start: number) =>
  crm.sent.slice(start).map((sent) => ({ path: sent.url.pathname, status: sent.status, ...crm.taken(sent) }));

describe.each(Object.entries(CRMS))('hostile ids and keys on %s', (_, make) => {
  const crm = make();
  const { names, connector, call, clock } = crm;
  const { object } = names;
  crm.add({ [names.last_name]: 'Plain', [names.phone_number]: '+14155550123', [names.email]: 'plain@example.com', [names.text]: 'plain' });
  const engine = new CrmSyncEngine({
    workspace: 'acme',
    connection: 'acme-crm',
    schema,
    mappings: [crm.mapping],
    store: memoryStore({ clock }),
    connector,
    defaultCountry: 'US',
    clock,
  });
  afterAll(() => expect(prototypesAreClean()).toBe(true));

  it.each(hostile)('%s as a record id is missing, and is never sent', async (_, text) => {
    await connector.describe(object, call);
    const start = crm.sent.length;
    expect(await connector.fetch({ object, ids: [text], fields: [names.text] }, call)).toEqual([{ id: text, state: 'missing' }]);
    if (/^[1-9]\d{0,19}$/.test(text)) return; // it could be one
    expect(since(crm, start)).toEqual([]);
    expect(await engine.pull({ records: [{ object, id: text }] })).toMatchObject({ status: 'done', counts: { created: 0, failed: 0 } });
  });

  const finds = ['phone_number', 'email', 'text', 'code', 'id'] as const;
  it.each(hostile)('%s is looked for as a value, and finds what has it', async (_, text) => {
    for (const by of finds) {
      const start = crm.sent.length;
      const query = { object, by: names[by], values: [text, 'nobody has this'], fields: [names.last_name] };
      const { found } = await connector.find(query, call).catch((error: unknown) => {
        if (isCrmSyncError(error) && error.code === 'field_not_filterable') return { found: [] };
        throw error;
      });
      for (const { record } of found) expect(crm.values(record.id)[names[by]]).toBe(text);
      for (const { status, structure } of since(crm, start)) {
        expect(status, `${by} ${structure.slice(0, 200)}`).toBeLessThan(400);
        expect(structure).not.toMatch(/ OR Id != null|Injected|RETURNING User/);
      }
    }
    for (const by of ['$phone', '$email'])
      expect((await connector.find({ object, by, values: [text], fields: [] }, call)).found).toEqual([]);
  });

  const plain = object === 'Contact' ? 'Opportunity' : 'deals';
  it.each(hostile)('%s as a name or a label of an association fails alone, and is no part of a query', async (_, text) => {
    const associations = [text, `${plain}:${text}`, plain];
    const fields = associations.map((association, index) => ({
      key: `f${index}`,
      title: 'x',
      type: 'selection',
      options: { association },
    }));
    const start = crm.sent.length;
    const [match] = await engine.lookUp('+14155550123', { forms: [{ kind: 'call', fields } as LogForm] });
    const failed = Object.entries(match?.options ?? {}).flatMap(([name, list]) => ('failed' in list ? [name] : []));
    expect(match?.options[plain]).toEqual([]);
    expect(failed).toEqual(text.trim() === '' ? [text] : associations.slice(0, 2));
    for (const { structure } of since(crm, start)) expect(structure).not.toMatch(/ OR Id != null|Injected|RETURNING User/);
  });

  it.each(hostile)('%s as a unique key makes one record that has it, or none', async (name, text) => {
    const before = crm.count(object);
    const write = {
      op: `op ${name}`,
      object,
      id: null,
      values: { [names.last_name]: 'Keyed' },
      uniqueKey: { field: names.code, value: text },
    };
    if (text.trim() === '') return expect(connector.write([write], call)).rejects.toThrow('have a key');
    const [first] = await connector.write([write], call);
    const [second] = await connector.write([{ ...write, op: `again ${name}` }], call);
    if (first?.outcome === 'done' && second?.outcome === 'done') {
      expect([second.id, second.created, crm.count(object)]).toEqual([first.id, false, before + 1]);
      const code = String(crm.values(first.id)[names.code]);
      expect(code).toBe(crm.name === 'salesforce' ? holdable(text).trim() : holdable(text));
    } else {
      expect(first).toMatchObject({ outcome: 'refused', code: expect.any(String), remedy: expect.any(String) });
      expect(crm.count(object)).toBe(before);
    }
  });

  it.each(hostile)('%s as the key of an activity finds none, in a request of the same structure', async (_, text) => {
    const near = '2026-01-05T08:00:00.000Z';
    const find = async (key: string) => {
      const start = crm.sent.length;
      const { found } = await connector.find({ object: names.activity, by: '$activity', values: [key], fields: [], near }, call);
      expect(found).toEqual([]);
      return since(crm, start).filter(({ path }) => /query|search/.test(path));
    };
    const [usual] = await find('test:usual');
    const [asked] = await find(text);
    if (asked !== undefined) expect([asked.structure, asked.status]).toEqual([usual?.structure, 200]);
  });
});
