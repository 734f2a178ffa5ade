import { COMPANY_WITHOUT_RECORD, tiePath, unknownCompany } from '../../core/mapping/company-tie.ts';
import type { Value } from '../../core/values/value.ts';
import type { Call, CompleteConnector, Fetched, Write, Wrote } from '../../ports/connector.ts';
import type { Context } from '../context.ts';
import { companiesByRecord, recordsByCompany, type Ties, tiesOf } from './ties.ts';

/** The context whose connector leads the CRM's references to companies to ours, and back; as it is where nothing is tied. */
export function withTies(context: Context): Context {
  const ties = tiesOf(context);
  return ties === null ? context : { ...context, connector: tiedConnector(context, ties), untied: context.connector };
}

type Values = Readonly<Record<string, Value>>;

function tiedConnector({ connector, store }: Context, ties: Ties): CompleteConnector {
  const { references } = ties;
  const { writeBulk } = connector;

  /** Beside each reference the company that it leads to. */
  async function led(object: string, records: readonly Fetched[]): Promise<readonly Fetched[]> {
    const crm = references.get(object);
    if (crm === undefined) return records;
    const companies = await companiesByRecord(
      { store },
      ties,
      records.flatMap((record) => referenceIn(record, crm) ?? []),
    );
    return records.map((record) => {
      if (record.state !== 'present' || !Object.hasOwn(record.values, crm)) return record;
      const reference = referenceIn(record, crm);
      return { ...record, values: { ...record.values, [tiePath(crm)]: reference === null ? null : leadsTo(companies, reference) } };
    });
  }

  async function write(batch: readonly Write[], call: Call, send: CompleteConnector['write']): Promise<readonly Wrote[]> {
    const named = batch.map(({ object, values }) => companyIn(values, references.get(object)));
    if (named.every((id) => id === null)) return returned(batch, await send(batch, call));
    const records = await recordsByCompany(
      { store },
      ties,
      named.filter((id) => id !== null),
    );
    const refersTo = (index: number): string | null => records.get(named[index] ?? '') ?? null;
    const passing = batch.flatMap((one, index): { readonly given: Write; readonly sent: Write }[] => {
      const record = refersTo(index);
      if (named[index] === null) return [{ given: one, sent: one }];
      const crm = references.get(one.object) as string;
      return record === null ? [] : [{ given: one, sent: { ...one, values: { ...one.values, [crm]: record } } }];
    });
    const wrote =
      passing.length === 0
        ? []
        : await send(
            passing.map(({ sent }) => sent),
            call,
          );
    const told = await returned(
      passing.map(({ given }) => given),
      wrote,
    );
    const outcomes = new Map(passing.map(({ given }, index) => [given, told[index] as Wrote]));
    return batch.map((one) => outcomes.get(one) ?? withoutRecord(references.get(one.object) as string));
  }

  /** What the CRM says of the reference it holds now, as the company that it leads to. */
  async function returned(batch: readonly Write[], wrote: readonly Wrote[]): Promise<readonly Wrote[]> {
    const held = wrote.map((one, index) => {
      const crm = references.get((batch[index] as Write).object);
      return one.outcome === 'done' && crm !== undefined ? textOf(one.values[crm]) : null;
    });
    if (held.every((id) => id === null)) return wrote;
    const companies = await companiesByRecord(
      { store },
      ties,
      held.filter((id) => id !== null),
    );
    return wrote.map((one, index) => {
      const reference = held[index] ?? null;
      const crm = references.get((batch[index] as Write).object);
      if (one.outcome !== 'done' || reference === null || crm === undefined) return one;
      return { ...one, values: { ...one.values, [crm]: leadsTo(companies, reference) } };
    });
  }

  return {
    ...connector,
    async *read(query, call) {
      for await (const page of connector.read(query, call)) yield { ...page, records: await led(query.object, page.records) };
    },
    fetch: async (query, call) => led(query.object, await connector.fetch(query, call)),
    async find(query, call) {
      const answer = await connector.find(query, call);
      const records = await led(
        query.object,
        answer.found.map(({ record }) => record),
      );
      return { ...answer, found: answer.found.map((one, index) => ({ ...one, record: records[index] as Fetched })) };
    },
    write: (batch, call) => write(batch, call, connector.write),
    ...(writeBulk !== undefined && { writeBulk: (batch: readonly Write[], call: Call) => write(batch, call, writeBulk) }),
  };
}

const leadsTo = (companies: ReadonlyMap<string, string>, recordId: string): string => companies.get(recordId) ?? unknownCompany(recordId);

/** Record ids are texts, whatever type the CRM keeps them in. */
const textOf = (value: Value | undefined): string | null => (value === null || value === undefined || value === '' ? null : String(value));

const referenceIn = (record: Fetched, crm: string): string | null =>
  record.state === 'present' && Object.hasOwn(record.values, crm) ? textOf(record.values[crm]) : null;

const companyIn = (values: Values, crm: string | undefined): string | null =>
  crm !== undefined && Object.hasOwn(values, crm) ? textOf(values[crm]) : null;

/** Its record went after the contact was planned. */
const withoutRecord = (field: string): Wrote => ({
  outcome: 'refused',
  code: COMPANY_WITHOUT_RECORD,
  remedy: 'Give the company a record with `push({ createMissing: true })`, or pull it: the tie is sent with a later push.',
  field,
  retryable: false,
});
