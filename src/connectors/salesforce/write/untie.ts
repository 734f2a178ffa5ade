import type { Association, Call, Write } from '../../../ports/connector.ts';
import type { Context } from '../context.ts';
import { fetchRecords } from '../read/fetch.ts';
import { toId18 } from '../record-id.ts';
import { related } from './batch.ts';

/**
 * Writes that take ties away, with these as values: a tie of a task is a field of it, so it is cleared only where it still
 * holds that record, and nothing else has come in its place since or comes there now.
 */
export async function withoutTies(context: Context, batch: readonly Write[], call: Call): Promise<readonly Write[]> {
  const left = batch.map(({ untie = [], associations = [], values }) => {
    const taken = { ...related(associations), ...values };
    return untie.filter((tie) => !Object.keys(related([tie])).some((field) => Object.hasOwn(taken, field)));
  });
  if (left.every((ties) => ties.length === 0)) return batch;
  return Promise.all(batch.map((write, index) => untied(context, write, left[index]!, call)));
}

async function untied(context: Context, write: Write, ties: readonly Association[], call: Call): Promise<Write> {
  if (ties.length === 0 || write.id === null) return write;
  const fields = Object.keys(related(ties));
  const [task] = await fetchRecords(context, { object: write.object, ids: [write.id], fields }, call);
  const held = task?.state === 'present' ? task.values : {};
  const cleared = ties.flatMap((tie) => Object.entries(related([tie]))).filter(([field, id]) => toId18(held[field]) === id);
  return { ...write, values: { ...write.values, ...Object.fromEntries(cleared.map(([field]) => [field, null])) } };
}
