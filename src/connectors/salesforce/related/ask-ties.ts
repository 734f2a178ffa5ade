import type { LoadedOption } from '../../../core/forms/log-form.ts';
import { CrmSyncError } from '../../../errors.ts';
import type { Call } from '../../../ports/connector.ts';
import type { Client } from '../client.ts';
import type { WireRow } from '../query/field-path.ts';
import { type QueryOutcome, queryTogether } from '../query/several.ts';
import { toId18 } from '../record-id.ts';
import type { Start, UsableName } from './plan-name.ts';
import { soqlOf, tiedRows } from './way-query.ts';
import type { Way } from './ways.ts';

interface TiesQuery {
  readonly object: string;
  readonly ids: readonly string[];
  readonly names: readonly UsableName[];
  /** Most records by each way. */
  readonly limit: number;
  readonly start: Start;
}

interface Ties {
  readonly isThere: (id: string) => boolean;
  /** Under each name what a record that is there is tied to, or why that can't be said. */
  readonly ties: readonly { readonly name: string; readonly tied: CrmSyncError | ((id: string) => readonly LoadedOption[]) }[];
}

/** Which of the records are there, and what they are tied to by the ways of each name, as far as possible in one request. */
export async function askTies(client: Client, { object, ids, names, limit, start }: TiesQuery, call: Call): Promise<Ties> {
  const account = start.account === null ? '' : ', AccountId';
  const records = `SELECT Id${account} FROM ${object} WHERE Id IN (${ids.map((id) => `'${id}'`).join(',')})`;
  const queries = names.flatMap(({ ways, tied }) => ways.map((way) => soqlOf({ object, ids, way, tied, limit })));
  const [first, ...left] = await queryTogether(client, [records, ...queries], call);
  const there = rowsById(first!);
  const ties: Ties['ties'][number][] = [];
  for (const { name, ways, tied } of names) {
    const found = await hangingRows(client, ways, left.splice(0, ways.length), call);
    const holderOf = (way: Way, id: string): string | null => (way.by === 'account' ? toId18(there.get(id)?.['AccountId']) : id);
    ties.push({
      name,
      tied:
        found instanceof CrmSyncError
          ? found
          : (id) =>
              found.flatMap(({ way, rows }) => {
                const holder = holderOf(way, id);
                return holder === null ? [] : (rows.get(holder) ?? []).flatMap((row) => tied.optionOf(row) ?? []);
              }),
    });
  }
  return { isThere: (id) => there.has(id), ties };
}

/** @throws CrmSyncError where nobody can say which records are there. */
function rowsById(outcome: QueryOutcome): ReadonlyMap<string, WireRow> {
  if ('error' in outcome) throw outcome.error;
  return new Map(outcome.rows.flatMap((row) => withId(row)));
}

function withId(row: WireRow): [id: string, row: WireRow][] {
  const id = toId18(row['Id']);
  return id === null ? [] : [[id, row]];
}

interface Hanging {
  readonly way: Way;
  /** By the id of the record, or of its account. */
  readonly rows: ReadonlyMap<string, readonly WireRow[]>;
}

/** One way that can't be gone leaves the others without meaning: a list with a part of the options passes for all of them. */
async function hangingRows(
  client: Client,
  ways: readonly Way[],
  outcomes: readonly QueryOutcome[],
  call: Call,
): Promise<CrmSyncError | readonly Hanging[]> {
  const hanging: Hanging[] = [];
  for (const [index, way] of ways.entries()) {
    const outcome = outcomes[index]!;
    if ('error' in outcome) return outcome.error;
    hanging.push({ way, rows: await tiedRows(client, way, outcome.rows, call) });
  }
  return hanging;
}
