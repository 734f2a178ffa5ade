import assert from 'node:assert/strict';
import { isCrmSyncError } from '../../../errors.ts';
import type { RequestSeen } from '../../../ports/connector.ts';
import { add, addMany, everythingOf, findQuery, need, type Opened, open, readOn, readQuery, settle, settled } from './kit.ts';
import { setting, update } from './kit-writes.ts';
import type { ConnectorCase, CrmFault, CrmValues } from './subject.ts';

/** Personal values that a case writes, reads and searches by; none of them may be told. */
const NAME = 'Annabelle Zweig';
const EMAIL = 'annabelle.zweig@example.com';
const NUMBER = '+14155550123';
const PERSONAL = [NAME, 'annabelle', 'Zweig', EMAIL, NUMBER, '5550123', '415 555', 'bad-address'];

function assertSilent(text: string, hidden: readonly string[], what: string): void {
  for (const secret of hidden) assert.ok(!text.toLowerCase().includes(secret.toLowerCase()), `${what} tells ${JSON.stringify(secret)}`);
}

/** Every method, with personal values in it. */
function works(opened: Opened, id: string): Readonly<Record<string, () => Promise<unknown>>> {
  const { crm, connector, can, call } = opened;
  const { text, email, phone } = crm.fields;
  const values = { [text]: NAME, ...(email === undefined ? {} : { [email]: EMAIL }), ...(phone === undefined ? {} : { [phone]: NUMBER }) };
  const wrongTypes = Object.fromEntries(Object.keys(crm.samples).map((name) => [name, NAME]));
  const set = async (change: CrmValues) => connector.write([await setting(opened, change)], call);
  const reads = {
    describe: () => connector.describe(crm.object, call),
    read: () => readOn(connector, readQuery(crm, { filter: { field: text, eq: NAME } }), call),
    fetch: () => connector.fetch({ object: crm.object, ids: [id, NAME], fields: [text] }, call),
    'a checkpoint of values': () => readOn(connector, readQuery(crm, { from: { after: NAME } }), call),
  };
  const { findsBy = [] } = connector.capabilities;
  const finds = {
    find: () => connector.find(findQuery(crm, [NAME]), call),
    ...(findsBy.includes('$phone') && { 'find by phone': () => connector.find(findQuery(crm, [NUMBER], { by: '$phone' }), call) }),
  };
  const writes = {
    write: () => set(values),
    'a write with a bad address': () => set({ ...values, [email ?? text]: 'bad-address' }),
    'a write with a long text': () => set({ ...values, [text]: NAME.repeat(10_000) }),
    'a write with a field that is not there': () => set({ ...values, No_Such_Field__c: NAME }),
    'a write with a value of another type': () => set(wrongTypes),
    update: () => connector.write([update(crm, id, values)], call),
  };
  return { ...reads, ...(can.find && finds), ...(can.write && writes) };
}

export const privacy: readonly ConnectorCase[] = [
  {
    id: 'CC-92',
    rule: 'every request is told once, with its answer and a name that holds no id and no value',
    async check(make) {
      const opened = await open(make);
      const { crm, requests, connector, call } = opened;
      const ids = await addMany(crm, crm.severalPages);
      await settle(crm);
      await connector.account(call);
      for (const work of Object.values(works(opened, ids[0]!))) await settled(work);
      assert.ok(crm.calls() > 0);
      assert.equal(requests.length, crm.calls());
      for (const request of requests) assertTold(request, [...ids, ...PERSONAL, ...crm.secrets]);
      assert.ok(
        requests.some(({ operation }) => operation.startsWith('GET ')) || requests.some(({ operation }) => operation.startsWith('POST ')),
      );
    },
  },
  {
    id: 'CC-93',
    rule: 'a request without an answer is told too, with no status',
    requires: ['writes', 'faults'],
    async check(make) {
      const opened = await open(make);
      const { crm, requests, connector, call } = opened;
      await connector.describe(crm.object, call);
      for (const what of ['lost_ack', 'network', 'unreachable'] as const) {
        const before = requests.length;
        const item = await setting(opened, {});
        await need(crm.fault, 'fault')(what, 'write', 1);
        await settled(() => connector.write([item], call));
        assert.equal(requests.length, before + 1, what);
        assert.equal(requests.at(-1)?.status, null, what);
      }
    },
  },
  {
    id: 'CC-94',
    rule: 'no failure and no refusal tells a token or a personal value',
    requires: 'faults',
    async check(make) {
      const faults: readonly (CrmFault | null)[] = [
        null,
        'lost_ack',
        'garbled',
        'network',
        'unreachable',
        'unavailable',
        'limit',
        'expired_session',
        'revoked',
      ];
      let failed = 0;
      for (const what of faults) {
        const opened = await open(make);
        const { crm } = opened;
        const id = await add(crm);
        await settle(crm);
        for (const [method, work] of Object.entries(works(opened, id))) {
          if (what !== null) for (const on of ['read', 'write'] as const) await need(crm.fault, 'fault')(what, on, 1);
          const result = await settled(work);
          const hidden = [...PERSONAL, ...crm.secrets];
          if (result.ok && Array.isArray(result.value)) {
            const told = result.value.map((answer: { outcome?: string; values?: unknown; id?: unknown }) =>
              answer.outcome === undefined ? {} : { ...answer, values: {} },
            );
            assertSilent(JSON.stringify(told), hidden, `${method} under ${what}`);
          } else if (!result.ok) {
            failed += 1;
            assertSilent(everythingOf(result.error), hidden, `${method} under ${what}`);
            if (isCrmSyncError(result.error)) assert.ok(result.error.remedy !== '');
          }
        }
      }
      assert.ok(failed > 0, 'some of these calls should fail');
    },
  },
];

function assertTold({ operation, status, usage }: RequestSeen, hidden: readonly string[]): void {
  assert.match(operation, /^(GET|POST|PUT|PATCH|DELETE) \/\S*$/, 'an operation is a method and a path');
  assertSilent(operation, hidden, 'an operation');
  assert.ok(status === null || (Number.isInteger(status) && status >= 100 && status < 600), `${status} is no HTTP status`);
  if (usage !== undefined) assert.ok(usage.used >= 0 && usage.limit > 0, 'usage is a number of calls and a limit');
}
