import { compileMapping, isCrmSyncError, safeParseContactSchema, safeParseMapping } from 'crm-sync-engine';
import { afterAll, describe, expect, it } from 'vitest';
import { CRMS, schema } from './crms.ts';
import { hostile, prototypesAreClean } from './strings.ts';

afterAll(() => expect(prototypesAreClean()).toBe(true));

/** Texts that are names of fields, as far as anybody can tell. */
const isName = (text: string): boolean => text.length <= 200 && text.split('.').every((part) => /^[A-Za-z][A-Za-z0-9_]*$/.test(part));

describe('hostile names in documents', () => {
  it.each(hostile)('%s as a field of the schema is refused with its place, or is a field like any other', (_, text) => {
    const parsed = safeParseContactSchema(JSON.parse(`{ "fields": { ${JSON.stringify(text)}: { "type": "string" } } }`));
    if (!parsed.ok) for (const { code, remedy } of parsed.issues) expect([typeof code, remedy.length > 5]).toEqual(['string', true]);
    else expect(Object.keys(parsed.value.fields)).toContain(text);
  });

  it.each(hostile)('%s as a CRM field, a contact field or a value of a map is refused with its place, or is taken as it is', (_, text) => {
    const rule = { crm: 'Name', field: 'first_name', direction: 'inbound' };
    const documents = {
      crm: { crmObject: 'Contact', fields: [{ ...rule, crm: text }] },
      field: { crmObject: 'Contact', fields: [{ ...rule, field: text }] },
      filter: { crmObject: 'Contact', fields: [rule], filter: { field: text, eq: 'x' } },
      matchKey: { crmObject: 'Contact', fields: [rule], matchKey: text },
      valueMap: JSON.parse(
        `{ "crmObject": "Contact", "fields": [{ "crm": "Name", "field": "first_name", "direction": "inbound", "valueMap": { ${JSON.stringify(text)}: "x" } }] }`,
      ),
      transform: { crmObject: 'Contact', fields: [{ ...rule, transform: text }] },
      unknown: JSON.parse(`{ "crmObject": "Contact", "fields": [], ${JSON.stringify(text)}: 1 }`),
    };
    for (const [place, document] of Object.entries(documents)) {
      const parsed = safeParseMapping(schema, document);
      if (!parsed.ok) {
        for (const { code, remedy } of parsed.issues) expect([typeof code, remedy.length > 5], place).toEqual(['string', true]);
        continue;
      }
      expect(place === 'crm' || place === 'filter' ? isName(text) : true, place).toBe(true);
      expect(place, `${place} is never taken`).not.toMatch(/^(field|unknown|matchKey)$/);
    }
  });

  it.each(hostile)('%s as a value of a record goes through a value map only where the map has it', (_, text) => {
    const map = {
      crmObject: 'Contact',
      fields: [{ crm: 'Name', field: 'text', direction: 'both', valueMap: { plain: 'mapped' } }],
    } as const;
    const compiled = compileMapping(schema, map);
    const { fields } = compiled.readRecord({ id: '1', fields: { Name: text } });
    expect(fields).toEqual({ text: text.trim() === '' ? null : text });
    expect(compiled.toCrm({ text }).values).toEqual({ Name: text });
  });
});

describe.each(Object.entries(CRMS))('hostile names on %s', (_, make) => {
  const crm = make();
  const { names, connector, call } = crm;
  crm.add({ [names.last_name]: 'Plain', [names.text]: 'plain' });

  it.each(hostile)('%s as an object is no object, and at most one part of a path', async (_, text) => {
    const start = crm.sent.length;
    const works = {
      describe: () => connector.describe(text, call),
      fetch: () => connector.fetch({ object: text, ids: [crm.name === 'hubspot' ? '1' : '003Fk000000000YIAQ'], fields: ['x'] }, call),
      find: () => connector.find({ object: text, by: names.text, values: ['x'], fields: [] }, call),
      read: () =>
        connector
          .read({ object: text, fields: ['x'], filter: null, from: null }, call)
          [Symbol.asyncIterator]()
          .next(),
      write: () => connector.write([{ op: 'o', object: text, id: null, values: { [names.text]: 'x' } }], call),
    };
    for (const [name, work] of Object.entries(works)) {
      const outcome = await work().then(
        (value) => value,
        (error: unknown) => {
          expect(isCrmSyncError(error), `${name}: ${String(error).slice(0, 200)}`).toBe(true);
          expect(isCrmSyncError(error) && error.remedy.length > 10, name).toBe(true);
          return null;
        },
      );
      if (name === 'write' && outcome !== null) expect(outcome, name).toMatchObject([{ outcome: 'refused' }]);
      else expect(outcome, name).toBeNull();
    }
    for (const { url, status } of crm.sent.slice(start)) {
      expect(url.search).not.toMatch(/Injected|DROP/);
      expect(url.host).toMatch(/^(api\.hubapi\.com|fake\.my\.salesforce\.com)$/);
      const parts = url.pathname.split('/').map(decodeURIComponent);
      expect(parts.filter((part) => part === '..')).toEqual([]);
      if (status === 200) expect(parts, 'only what belongs to every object answers').not.toContain(text);
    }
  });

  it.each(hostile)('%s as a field is absent, and is never sent', async (_, text) => {
    const start = crm.sent.length;
    for await (const page of connector.read(
      { object: names.object, fields: [names.text, text], filter: { field: text, eq: 'x' }, from: null },
      call,
    ))
      for (const record of page.records) expect(record.state === 'present' && Object.keys(record.values)).toEqual([names.text]);
    const found = await connector
      .find({ object: names.object, by: text, values: ['x'], fields: [] }, call)
      .catch((error: unknown) => (isCrmSyncError(error) ? error.code : error));
    expect(found).toMatch(/^field_not_(visible|filterable)$/);
    if (text.length > 2)
      for (const { url, body } of crm.sent.slice(start))
        expect(`${decodeURIComponent(url.href.replaceAll('%', '%25'))} ${body}`.includes(text)).toBe(false);
  });
});
