import assert from 'node:assert/strict';
import { isOpen } from '../../../core/forms/options-of.ts';
import type { Call, CrmConnector } from '../../../ports/connector.ts';
import type { Related, RelatedQuery } from '../../../ports/related.ts';
import { add, addMany, assertInstant, failureOf, HOSTILE_TEXTS, need, type Opened, open, settle } from './kit.ts';
import type { ConnectorCase, MakeConnector } from './subject.ts';

const LIMIT = 10;
/** As the numbers of a CRM's batches are: few enough for one, and more than one. */
const MANY = 12;

type Answer = Extract<Related, { readonly options: readonly unknown[] }>;
type Failure = Extract<Related, { readonly failed: true }>;

interface Tied extends Opened {
  readonly to: string;
  give(id: string, title: string, how?: { readonly closed?: true }): Promise<string>;
  /** Every answer to a query about records of the object. */
  ask(query: Partial<RelatedQuery>, call?: Call): Promise<readonly Related[]>;
}

async function openTied(make: MakeConnector): Promise<Tied> {
  const opened = await open(make);
  const { crm, connector } = opened;
  const driver = need(crm.related, 'related');
  const related = need(connector.related, 'related');
  return {
    ...opened,
    to: driver.to,
    give: async (id, title, how) => driver.give(id, title, how),
    ask: (query, call = opened.call) => answersOf(related({ object: crm.object, ids: [], to: [driver.to], limit: LIMIT, ...query }, call)),
  };
}

export async function answersOf(answers: ReturnType<NonNullable<CrmConnector['related']>>): Promise<readonly Related[]> {
  const all: Related[] = [];
  for await (const answer of answers) {
    assertWellFormed(answer);
    all.push(answer);
  }
  return all;
}

function assertWellFormed(answer: Related): void {
  if ('failed' in answer) {
    assert.ok(answer.failed && answer.code !== '' && answer.remedy !== '', 'what failed has a code and a remedy');
    return;
  }
  const ids = answer.options.map((option) => option.const);
  assert.equal(new Set(ids).size, ids.length, 'a record is offered once');
  for (const option of answer.options) {
    assert.ok(typeof option.const === 'string' && option.const !== '', 'an option is a record id');
    assert.ok(option.title.trim() !== '', 'an option has a title');
    for (const at of [option.createdAt, option.updatedAt]) if (at !== undefined) assertInstant(at);
  }
}

const idsAndTitles = ({ options }: Answer): readonly unknown[] => options.map((option) => `${option.const} ${option.title}`).sort();

/** The only answer for a record and a name, which has options. */
function answerOf(answers: readonly Related[], of: string, to: string): Answer {
  const [answer, ...others] = answers.filter((one) => one.of === of && one.to === to);
  assert.ok(answer !== undefined && others.length === 0, `${to} should be answered once for each record`);
  assert.ok('options' in answer, `${to} should not fail: ${(answer as Partial<Failure>).code}`);
  return answer;
}

export const related: readonly ConnectorCase[] = [
  {
    id: 'CC-102',
    rule: 'related answers once for each record and name: the records that this one is tied to, by id and title, and no others',
    requires: 'relates',
    async check(make) {
      const { crm, to, give, ask } = await openTied(make);
      const [a, b, lonely] = (await addMany(crm, 3)) as [string, string, string];
      const ofA = [await give(a, 'Renewal'), await give(a, 'Expansion')];
      const ofB = await give(b, 'Renewal');
      await settle(crm);
      const answers = await ask({ ids: [b, lonely, a] });
      assert.equal(answers.length, 3);
      assert.deepEqual(idsAndTitles(answerOf(answers, a, to)), [`${ofA[0]} Renewal`, `${ofA[1]} Expansion`].sort());
      assert.deepEqual(idsAndTitles(answerOf(answers, b, to)), [`${ofB} Renewal`]);
      assert.deepEqual(answerOf(answers, lonely, to).options, []);
    },
  },
  {
    id: 'CC-103',
    rule: 'related costs as many requests for many records as for one',
    requires: 'relates',
    async check(make) {
      const { crm, give, ask } = await openTied(make);
      const ids = await addMany(crm, MANY);
      for (const id of ids) await give(id, 'Renewal');
      await settle(crm);
      await ask({ ids: ids.slice(0, 1) }); // learns of the objects
      const costOf = async (some: readonly string[]): Promise<number> => {
        const before = crm.calls();
        assert.equal((await ask({ ids: some })).length, some.length);
        return crm.calls() - before;
      };
      const one = await costOf(ids.slice(0, 1));
      assert.ok(one > 0, 'what records are tied to is asked of the CRM each time');
      assert.equal(await costOf(ids), one);
    },
  },
  {
    id: 'CC-104',
    rule: 'related costs no request for no records, nor for no names',
    requires: 'relates',
    async check(make) {
      const { crm, ask } = await openTied(make);
      const id = await add(crm);
      assert.deepEqual([await ask({ ids: [] }), await ask({ ids: [id], to: [] })], [[], []]);
      assert.equal(crm.calls(), 0);
    },
  },
  {
    id: 'CC-105',
    rule: 'a name that leads nowhere fails alone and says what to do; the others are answered',
    requires: 'relates',
    async check(make) {
      const { crm, to, give, ask } = await openTied(make);
      const id = await add(crm);
      const tied = await give(id, 'Renewal');
      await settle(crm);
      for (const name of [...need(crm.related, 'related').unknown, ...HOSTILE_TEXTS]) {
        const answers = await ask({ ids: [id], to: [name, to] });
        assert.equal(answers.length, 2);
        assert.deepEqual(idsAndTitles(answerOf(answers, id, to)), [`${tied} Renewal`], name);
        assert.ok(
          answers.some((answer) => answer.to === name && 'failed' in answer),
          `${name} should fail`,
        );
      }
    },
  },
  {
    id: 'CC-106',
    rule: 'an id that no record has is answered without options, and gets nothing of another record',
    requires: 'relates',
    async check(make) {
      const { crm, to, give, ask } = await openTied(make);
      const id = await add(crm);
      const tied = await give(id, 'Renewal');
      await settle(crm);
      const strangers = [...crm.strangers, ...HOSTILE_TEXTS, `${id}'`, `${id},${id}`];
      const answers = await ask({ ids: [...strangers, id] });
      assert.equal(answers.length, strangers.length + 1);
      assert.deepEqual(idsAndTitles(answerOf(answers, id, to)), [`${tied} Renewal`]);
      for (const answer of answers) if (answer.of !== id && 'options' in answer) assert.deepEqual(answer.options, [], answer.of);
    },
  },
  {
    id: 'CC-107',
    rule: 'open ones come before closed ones, and where there are more than the limit the answer says so',
    requires: 'relates',
    async check(make) {
      const { crm, to, give, ask } = await openTied(make);
      const [id, other] = (await addMany(crm, 2)) as [string, string];
      await give(id, 'First');
      await crm.advance(1_000);
      await give(id, 'Done', { closed: true });
      await crm.advance(1_000);
      await give(id, 'Second');
      await give(other, 'Only');
      await settle(crm);
      const titles = ({ options }: Answer) => options.map(({ title }) => title);
      const all = answerOf(await ask({ ids: [id] }), id, to);
      assert.deepEqual([titles(all), all.more], [['Second', 'First', 'Done'], undefined]);
      assert.deepEqual(all.options.map(isOpen), [true, true, false]);
      for (const [limit, expected, more] of [
        [1, ['Second'], true],
        [2, ['Second', 'First'], true],
        [3, ['Second', 'First', 'Done'], undefined],
      ] as const) {
        const answers = await ask({ ids: [other, id], limit });
        const answer = answerOf(answers, id, to);
        assert.deepEqual([titles(answer), answer.more], [expected, more]);
        assert.deepEqual([titles(answerOf(answers, other, to)), answerOf(answers, other, to).more], [['Only'], undefined]);
      }
    },
  },
  {
    id: 'CC-108',
    rule: 'related tells of ties as they are now, whatever it told before',
    requires: 'relates',
    async check(make) {
      const { crm, to, give, ask } = await openTied(make);
      const id = await add(crm);
      await settle(crm);
      assert.deepEqual(answerOf(await ask({ ids: [id] }), id, to).options, []);
      const tied = await give(id, 'Renewal');
      await settle(crm);
      assert.deepEqual(idsAndTitles(answerOf(await ask({ ids: [id] }), id, to)), [`${tied} Renewal`]);
    },
  },
  {
    id: 'CC-109',
    rule: 'what stops every name is thrown, so that nobody takes it for a name that leads nowhere',
    requires: ['relates', 'faults'],
    async check(make) {
      const { crm, ask } = await openTied(make);
      const id = await add(crm);
      await ask({ ids: [id] });
      await need(crm.fault, 'fault')('revoked', 'read', 10);
      assert.equal((await failureOf(() => ask({ ids: [id] }))).category, 'authentication');
    },
  },
];
