import assert from 'node:assert/strict';
import type { Call, CompleteConnector, Write, Wrote } from '../../../ports/connector.ts';
import { add, newValues, type Opened } from './kit.ts';
import type { CrmUnderTest, CrmValues } from './subject.ts';

let operations = 0;
/** A new operation id. */
export const operation = (): string => {
  operations += 1;
  return `operation-${operations}`;
};

export const create = (crm: CrmUnderTest, values: CrmValues = {}, change: Partial<Write> = {}): Write => ({
  op: operation(),
  object: crm.object,
  id: null,
  values: newValues(crm, values),
  ...change,
});

export const update = (crm: CrmUnderTest, id: string, values: CrmValues): Write => ({ op: operation(), object: crm.object, id, values });

/** Writes a batch; every item has its outcome. */
export async function write(connector: CompleteConnector, batch: readonly Write[], call: Call): Promise<readonly Wrote[]> {
  const outcomes = await connector.write(batch, call);
  assert.equal(outcomes.length, batch.length, 'one outcome per item');
  for (const outcome of outcomes) {
    if (outcome.outcome === 'done' || outcome.outcome === 'gone') continue;
    assert.ok(['refused', 'not_sent', 'unknown'].includes(outcome.outcome), `an outcome is not ${outcome.outcome}`);
    assert.ok(outcome.code !== '' && outcome.remedy !== '', 'an outcome that is not done has a code and a remedy');
  }
  return outcomes;
}

/** Writes as many items as there are, in batches that the connector takes. */
export async function writeAll(connector: CompleteConnector, items: readonly Write[], call: Call): Promise<readonly Wrote[]> {
  const { writeBatchMax } = connector.capabilities;
  const outcomes: Wrote[] = [];
  for (let start = 0; start < items.length; start += writeBatchMax)
    outcomes.push(...(await write(connector, items.slice(start, start + writeBatchMax), call)));
  return outcomes;
}

/** The text of records that a case has made only to be written to. */
export const BLANK_SHEET = 'Blank sheet';

/** A write of these values: of a new record, or of one that is there where the connector makes none. */
export const setting = async ({ crm, can }: Opened, values: CrmValues): Promise<Write> =>
  can.create ? create(crm, values) : update(crm, await add(crm, { [crm.fields.text]: BLANK_SHEET }), newValues(crm, values));

export async function settingEach(opened: Opened, each: readonly CrmValues[]): Promise<readonly Write[]> {
  const items: Write[] = [];
  for (const values of each) items.push(await setting(opened, values));
  return items;
}

/** The texts that records have been given. */
export const writtenTexts = async (crm: CrmUnderTest): Promise<readonly unknown[]> =>
  (await crm.records(crm.object)).map(({ values }) => values[crm.fields.text]).filter((text) => text !== BLANK_SHEET);

export async function writeOne(connector: CompleteConnector, item: Write, call: Call): Promise<Wrote> {
  const [outcome] = await write(connector, [item], call);
  return outcome!;
}

export function mustBeDone(outcome: Wrote | undefined): Extract<Wrote, { outcome: 'done' }> {
  assert.equal(outcome?.outcome, 'done', `the write should be done: ${JSON.stringify(outcome)}`);
  return outcome as Extract<Wrote, { outcome: 'done' }>;
}
