import assert from 'node:assert/strict';
import type { Association } from '../../../ports/connector.ts';
import { type Logging, openLogging } from './activities.ts';
import { idsIn, mustWork, need, recordOf } from './kit.ts';
import { mustBeDone, operation, writeOne } from './kit-writes.ts';
import type { ConnectorCase, MakeConnector } from './subject.ts';

interface Tying extends Logging {
  /** Records of the object that activities can be tied to. */
  readonly one: Association;
  readonly other: Association;
  readonly logged: Association;
  /** What the activity is tied to now, of this object. */
  tied(): Promise<readonly string[]>;
  /** Whom it is tied to. */
  people(): Promise<readonly string[]>;
  change(ties: { readonly add?: Association; readonly remove?: Association }): Promise<void>;
}

/** An activity that was tied to one record when it was made. */
async function openTying(make: MakeConnector): Promise<Tying> {
  const logging = await openLogging(make);
  const { crm, connector, call, activity, log } = logging;
  const { object, add, of, people } = need(crm.ties, 'ties');
  const [one, other] = [
    { object, id: await add() },
    { object, id: await add() },
  ];
  const first = activity({ associations: [one] });
  const form = await connector.activityRecord(first, call);
  const logged = { object: form.object, id: await log(first) };
  return {
    ...logging,
    one,
    other,
    logged,
    tied: async () => of(logged),
    people: async () => people(logged),
    async change({ add: added, remove }) {
      const ties = { ...(added && { associations: [added] }), ...(remove && { untie: [remove] }) };
      mustBeDone(await writeOne(connector, { op: operation(), ...logged, values: {}, ...ties }, call));
    },
  };
}

export const ties: readonly ConnectorCase[] = [
  {
    id: 'CC-98',
    rule: 'a tie of an activity is moved by an update that adds one and takes the other away; whom it is logged on, and its values, stay',
    requires: 'reties',
    async check(make) {
      const { crm, one, other, logged, tied, people, change, activity } = await openTying(make);
      assert.deepEqual(await tied(), [one.id]);
      const before = await recordOf(crm, logged.id, logged.object);
      await change({ add: other, remove: one });
      assert.deepEqual(await tied(), [other.id]);
      assert.deepEqual(await people(), [activity().record.id]);
      const kept = (await recordOf(crm, logged.id, logged.object))?.values ?? {};
      const subject = Object.entries(before?.values ?? {}).find(([, value]) => value === activity().subject)?.[0] ?? '';
      assert.equal(kept[subject], activity().subject);
    },
  },
  {
    id: 'CC-99',
    rule: 'a tie that is taken away goes, and the same once more changes nothing',
    requires: 'reties',
    async check(make) {
      const { one, tied, people, change, activity } = await openTying(make);
      for (let times = 0; times < 2; times += 1) {
        await change({ remove: one });
        assert.deepEqual(await tied(), []);
      }
      for (let times = 0; times < 2; times += 1) {
        await change({ add: one });
        assert.deepEqual(await tied(), [one.id]);
      }
      assert.deepEqual(await people(), [activity().record.id]);
    },
  },
  {
    id: 'CC-100',
    rule: 'where a tie that is to be taken away is not there any more, what others have put there stays',
    requires: 'reties',
    async check(make) {
      const { one, other, tied, change } = await openTying(make);
      await change({ add: other, remove: one }); // as a person would
      await change({ remove: one });
      assert.deepEqual(await tied(), [other.id]);
    },
  },
  {
    id: 'CC-101',
    rule: 'a tie to a record that is not there is refused and not thrown, and the tie that it was to replace stays',
    requires: 'reties',
    async check(make) {
      const { crm, connector, call, one, logged, tied } = await openTying(make);
      for (const id of crm.strangers) {
        const write = { op: operation(), ...logged, values: {}, associations: [{ ...one, id }], untie: [one] };
        const outcome = await mustWork(() => writeOne(connector, write, call), 'the write');
        assert.equal(outcome.outcome, 'refused');
        assert.deepEqual(await tied(), [one.id]);
        assert.equal((await idsIn(crm, logged.object)).length, 1);
      }
    },
  },
];
