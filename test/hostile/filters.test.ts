import { test as property } from '@fast-check/vitest';
import { type Filter, matchesFilter } from 'crm-sync-engine';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { CRMS, type HostileCrm, type Sent } from './crms.ts';
import { HOSTILE, holdable, hostile, prototypesAreClean } from './strings.ts';

/** A CRM that holds every hostile text that it can hold. */
function filled(make: () => HostileCrm): HostileCrm {
  const crm = make();
  const { names } = crm;
  crm.add({ [names.last_name]: 'Plain', [names.text]: 'plain' });
  crm.add({ [names.last_name]: 'Blank', [names.text]: null });
  for (const text of Object.values(HOSTILE).map(holdable)) {
    if (text.trim() === '' || text.length > crm.textMax) continue;
    crm.add({ [names.last_name]: 'Hostile', [names.text]: text });
  }
  return crm;
}

const CONDITIONS: Readonly<Record<string, (field: string, text: string) => Filter>> = {
  eq: (field, text) => ({ field, eq: text }),
  ne: (field, text) => ({ field, ne: text }),
  in: (field, text) => ({ field, in: ['plain', text] }),
  contains: (field, text) => ({ field, contains: text === '' ? 'x' : text }),
  lt: (field, text) => ({ field, lt: text }),
  gt: (field, text) => ({ field, gt: text }),
  since: (field, text) => ({ field, since: text }),
  'not eq': (field, text) => ({ not: { field, eq: text } }),
  'in all': (field, text) => ({
    all: [
      { field, ne: 'plain' },
      {
        any: [
          { field, eq: text },
          { field, blank: true },
        ],
      },
    ],
  }),
};

describe.each(Object.entries(CRMS))('a filter on %s', (_, make) => {
  const crm = filled(make);
  const { names, connector, call } = crm;
  /** A sample looks for what the filter lets through; a first read of HubSpot has no filter at all. */
  async function read(filter: Filter | null) {
    const before = crm.sent.length;
    const records: { readonly id: string; readonly text: string | null }[] = [];
    for await (const page of connector.read({ object: names.object, fields: [names.text], filter, from: null, limit: 1_000 }, call))
      for (const record of page.records)
        if (record.state === 'present') records.push({ id: record.id, text: record.values[names.text] as string | null });
    return { records, sent: crm.sent.slice(before) };
  }
  /** What the engine imports of it. */
  const matching = (filter: Filter, records: readonly { readonly id: string; readonly text: string | null }[]) =>
    records.filter(({ text }) => matchesFilter(filter, () => text)).map(({ id }) => id);
  afterAll(() => expect(prototypesAreClean()).toBe(true));

  /** Structures of the requests that ordinary texts make: one that fits, a blank one, and one that is too long to be sent. */
  const structures = new Map<string, Promise<ReadonlySet<string>>>();
  const ordinary = (name: string): Promise<ReadonlySet<string>> => {
    const known = structures.get(name) ?? structuresOf(CONDITIONS[name]!);
    structures.set(name, known);
    return known;
  };
  async function structuresOf(condition: (field: string, text: string) => Filter): Promise<ReadonlySet<string>> {
    const found = new Set<string>();
    for (const filter of [...['ordinary', '', 'y'.repeat(100_000)].map((text) => condition(names.text, text)), null])
      for (const one of (await read(filter)).sent) found.add(structureOf(one));
    return found;
  }
  /** Without the length of lists. */
  const structureOf = (sent: Sent): string => crm.taken(sent).structure.replaceAll(/,"\?"(?=[\],])/g, '');
  const everything = read(null).then(({ records }) => records);

  it.each(hostile)('by %s lets the same records through as a local comparison', async (_, text) => {
    const all = await everything;
    for (const [name, condition] of Object.entries(CONDITIONS)) {
      const filter = condition(names.text, text);
      const { records, sent } = await read(filter);
      expect(matching(filter, records).sort(), name).toEqual(matching(filter, all).sort());
      expect(
        sent.map(({ status }) => status).filter((status) => status >= 400),
        name,
      ).toEqual([]);
    }
  });

  it.each(hostile)('by %s is a value in the request and nothing else', async (_, text) => {
    for (const [name, condition] of Object.entries(CONDITIONS)) {
      const { sent } = await read(condition(names.text, text));
      const expected = [...(await ordinary(name))];
      const values = sent.flatMap((one) => crm.taken(one).values);
      const isAsked = sent.some((one) => /= \?|"operator"/.test(crm.taken(one).structure));
      if (name === 'eq' && isAsked && text !== '') expect(values).toContain(crm.name === 'hubspot' ? text.toLowerCase() : text);
      for (const one of sent) {
        const structure = structureOf(one);
        if (!structure.startsWith('{"properties"')) expect(expected, `${name}: ${structure.slice(0, 300)}`).toContain(structure);
      }
    }
  });

  const anyText = fc.oneof(
    fc.constantFrom(...Object.values(HOSTILE).filter(({ length }) => length < 1_000)),
    fc.string({ unit: 'binary', maxLength: 12 }),
    fc
      .array(fc.constantFrom("'", '"', '\\', '%', '_', ' OR ', '\n', '\u0000', '\ud800', 'x', '*', ';', '\\u0027'), { maxLength: 8 })
      .map((parts) => parts.join('')),
  );
  property.prop([anyText, fc.constantFrom(...Object.keys(CONDITIONS))], { numRuns: 100 })(
    'by any text lets through all that a local comparison does',
    async (text, name) => {
      const filter = CONDITIONS[name]!(names.text, text);
      const all = await everything;
      const { records, sent } = await read(filter);
      expect(matching(filter, records).sort()).toEqual(matching(filter, all).sort());
      expect(sent.every(({ status }) => status < 400)).toBe(true);
    },
  );
});
