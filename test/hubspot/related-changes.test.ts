import { test as prop } from '@fast-check/vitest';
import fc from 'fast-check';
import { describe, expect } from 'vitest';
import type { Json } from '../../src/core/values/value.ts';
import { hubspot } from '../../src/hubspot.ts';
import type { Call } from '../../src/ports/connector.ts';
import { fakeHubSpot } from '../../src/testing/hubspot/fake-hubspot.ts';
import { manualClock } from '../../src/testing/manual-clock.ts';

const VIP = 'lists.list_611';
const MINUTE = 60_000;

interface Turn {
  readonly what: 'rename' | 'move' | 'leave' | 'join' | 'edit' | 'add' | 'log' | 'merge' | 'archive';
  readonly contact: number;
  readonly company: number;
  /** Pages that are read before the process dies; then so much time passes. */
  readonly pages: number;
  readonly seconds: number;
}
const turn: fc.Arbitrary<Turn> = fc.record({
  what: fc.constantFrom<Turn['what'][]>('rename', 'move', 'leave', 'join', 'edit', 'add', 'log', 'merge', 'archive'),
  contact: fc.nat(30),
  company: fc.nat(5),
  pages: fc.nat(3),
  seconds: fc.nat(40),
});

describe('what a contact has from its company and from lists', () => {
  prop.prop([fc.array(turn, { minLength: 5, maxLength: 20 })], { numRuns: 20 })(
    'is as HubSpot has it in the end, whatever happens while it is read and wherever that is cut',
    async (turns) => {
      const clock = manualClock('2026-11-01T12:00:00Z');
      const crm = fakeHubSpot({ clock, tokenSeconds: 1e9, burstLimit: 1e6, searchLimit: 1e6, pageSizeMax: 3, indexLagMs: 20_000 });
      const call: Call = { signal: new AbortController().signal, now: () => clock.now() };
      const connector = hubspot({ ...crm.options, random: () => 0 });
      const live = (object: string) => crm.list(object).map(({ id }) => id);
      for (let index = 0; index < 4; index += 1) crm.add('companies', { name: `Firm ${index}` });
      const hire = (id: string, company: number) => crm.associate(id, live('companies')[company % live('companies').length]!, 'Primary');
      for (let index = 0; index < 12; index += 1) hire(crm.add('contacts', { firstname: `N${index}` }).id, index);
      const members = new Set(live('contacts').slice(0, 5));
      const list = crm.addList({ name: 'VIP', members: [...members] });

      const seen = new Map<string, unknown>();
      let from: Json | null = null;
      const read = async (pages: number): Promise<void> => {
        if (pages === 0) return;
        let left = pages;
        const query = { object: 'contacts', fields: ['firstname', 'company.name', VIP], filter: null, from };
        for await (const page of connector.read(query, call)) {
          for (const record of page.records) {
            if (record.state === 'present') seen.set(record.id, record.values);
            else seen.delete(record.id);
          }
          from = JSON.parse(JSON.stringify(page.checkpoint)) as Json;
          left -= 1;
          if (left === 0) return;
        }
      };
      const quiet = async (): Promise<void> => {
        for (let round = 0; round < 2; round += 1) {
          clock.advance(MINUTE);
          await read(Number.POSITIVE_INFINITY);
        }
      };
      await quiet();

      for (const { what, contact, company, pages, seconds } of turns) {
        const [contacts, companies] = [live('contacts'), live('companies')];
        const id = contacts[contact % contacts.length]!;
        const firm = companies[company % companies.length]!;
        const others = companies.filter((each) => each !== firm);
        if (what === 'rename') crm.edit(firm, { name: `Renamed ${clock.now()}` });
        else if (what === 'move') hire(id, company);
        else if (what === 'join') {
          members.add(id);
          crm.changeList(list, { add: [id] });
        } else if (what === 'edit') crm.edit(id, { firstname: `Edited ${clock.now()}` });
        else if (what === 'add') hire(crm.add('contacts', { firstname: 'New' }).id, company);
        else if (what === 'log') crm.associate(crm.add('calls', { hs_call_title: 'Call' }).id, firm);
        else if (what === 'merge' && others.length > 1) crm.merge(firm, others[0]!);
        else if (what === 'archive' && others.length > 1) crm.remove(firm);
        else if (what === 'leave') for (const tied of crm.record(id).associations['companies'] ?? []) crm.dissociate(id, tied);
        await read(pages);
        clock.advance(seconds * 1_000);
      }
      await quiet();
      // Without a primary company the first one counts.
      const truth = crm.list('contacts').map(({ id, properties, associations }) => {
        const employer = properties['associatedcompanyid'] ?? associations['companies']?.[0] ?? null;
        const name = employer === null ? null : crm.record(employer).properties['name'];
        return [id, { firstname: properties['firstname'], 'company.name': name, [VIP]: members.has(id) }];
      });
      expect(Object.fromEntries(seen)).toEqual(Object.fromEntries(truth));
    },
  );
});
