import assert from 'node:assert/strict';
import type { Json } from '../../../core/values/value.ts';
import type { Members } from '../../../ports/members.ts';
import {
  add,
  addMany,
  byId,
  failureOf,
  fetchOne,
  HOUR,
  lastCheckpoint,
  need,
  type Opened,
  open,
  readPages,
  readQuery,
  settle,
  stored,
  valuesOf,
} from './kit.ts';
import type { ConnectorCase, MakeConnector } from './subject.ts';

interface Joining extends Opened {
  readonly path: string;
  join(id: string): Promise<void>;
  leave(id: string): Promise<void>;
  /** Everybody of whom the path is true, sorted; null: as `known` says. */
  members(known?: Json): Promise<{ readonly ids: readonly string[] | null; readonly known: Json }>;
}

async function openJoining(make: MakeConnector): Promise<Joining> {
  const opened = await open(make);
  const { crm, connector, call } = opened;
  const { path, join, leave } = need(crm.membership, 'membership');
  const ask = need(connector.members, 'members');
  return {
    ...opened,
    path,
    join: async (id) => join(id),
    leave: async (id) => leave(id),
    async members(known = null) {
      const answer: Members | null = await ask({ object: crm.object, path, known: stored(known) }, call);
      assert.ok(answer !== null, `${path} is a path of which members are told`);
      return { ids: answer.ids === null ? null : [...answer.ids].sort(), known: answer.known };
    },
  };
}

export const members: readonly ConnectorCase[] = [
  {
    id: 'CC-111',
    rule: 'members tells everybody of whom the path is true now, over several pages of them too, and nobody else',
    requires: 'memberships',
    async check(make) {
      const { crm, join, leave, members: told } = await openJoining(make);
      const ids = await addMany(crm, crm.severalPages + 2);
      for (const id of ids.slice(1)) await join(id);
      await leave(ids[1]!);
      await settle(crm);
      assert.deepEqual((await told()).ids, ids.slice(2).toSorted());
    },
  },
  {
    id: 'CC-112',
    rule: 'members tells that nothing has changed since what was known, and everybody again where somebody has come or gone',
    requires: 'memberships',
    async check(make) {
      const { crm, join, leave, members: told } = await openJoining(make);
      const [a, b, c] = (await addMany(crm, 3)) as [string, string, string];
      for (const id of [a, b]) await join(id);
      await crm.advance(HOUR);
      const first = await told();
      await crm.advance(HOUR);
      assert.equal((await told(first.known)).ids, null);
      await leave(a);
      await settle(crm);
      const second = await told(first.known);
      assert.deepEqual(second.ids, [b]);
      await crm.advance(HOUR);
      await leave(b);
      await join(c); // as many as before
      await settle(crm);
      assert.deepEqual((await told(second.known)).ids, [c]);
    },
  },
  {
    id: 'CC-113',
    rule: 'a path of which no members are told costs no request',
    requires: 'memberships',
    async check(make) {
      const { crm, connector, call } = await openJoining(make);
      const { text } = crm.fields;
      for (const path of [text, `${text}.${text}`])
        assert.equal(await need(connector.members, 'members')({ object: crm.object, path, known: null }, call), null);
      assert.equal(crm.calls(), 0);
    },
  },
  {
    id: 'CC-114',
    rule: 'a record says itself whether it is a member, and a read of changes brings those who joined, though nothing else of them has changed',
    requires: 'memberships',
    async check(make) {
      const { crm, connector, call, path, join } = await openJoining(make);
      const [a, b] = (await addMany(crm, 2)) as [string, string];
      await join(a);
      await settle(crm);
      const memberOf = async (id: string) => valuesOf(await fetchOne(connector, crm, id, call, [path]))[path];
      assert.deepEqual([await memberOf(a), await memberOf(b)], [true, false]);
      await crm.advance(HOUR);
      const query = readQuery(crm, { fields: [path] });
      const first = await readPages(connector.read(query, call));
      await crm.advance(HOUR);
      await join(b);
      await settle(crm);
      const pages = await readPages(connector.read({ ...query, from: lastCheckpoint(first) }, call));
      assert.equal(valuesOf(byId(pages).get(b), 'who joined')[path], true);
    },
  },
  {
    id: 'CC-115',
    rule: 'what is no longer there has no members to tell: it is thrown, so that nobody takes everybody for gone',
    requires: 'memberships',
    async check(make) {
      const { crm, reconnect, call, path, join, members: told } = await openJoining(make);
      await join(await add(crm));
      await crm.advance(HOUR);
      const { known } = await told();
      await need(crm.membership, 'membership').end();
      for (const before of [known, null]) assert.equal((await failureOf(() => told(before))).category, 'configuration');
      const read = () => readPages(reconnect().read(readQuery(crm, { fields: [path] }), call));
      assert.equal((await failureOf(read)).category, 'configuration');
    },
  },
];
