import type { Agreed } from '../../core/link/link.ts';
import { agreedOn } from '../../core/link/pair.ts';
import type { CompiledMapping } from '../../core/mapping/mapping-types.ts';
import type { Json, Value } from '../../core/values/value.ts';
import type { Entry, EntryChange } from '../../ports/store.ts';
import type { Context } from '../context.ts';
import { KIND } from '../kinds.ts';
import type { WriteOutcome } from './types.ts';

/** Fields of a record that were written over what the CRM had shown shortly before. */
export interface WrittenOverNote {
  readonly object: string;
  readonly recordId: string;
  readonly contactId: string;
  /** The CRM's stamp of the write, ISO 8601 UTC. */
  readonly at: string;
  readonly fields: readonly WrittenField[];
}

interface WrittenField {
  readonly field: string;
  /** Mapping key, which is the CRM field. */
  readonly crm: string;
  /** What both sides had before; null: they had never agreed, and the CRM showed a blank. */
  readonly base: Agreed | null;
  readonly local: Value;
  /** What the CRM has had since, as far as its answer told. */
  readonly after: Value;
}

/**
 * The next pull asks the history of the fields whether somebody typed something between our look at them and the write, where
 * the CRM keeps one (R24). Committed with the acknowledgement, so that no process that dies forgets it.
 */
export function writtenOverEntries(context: Context, mapping: CompiledMapping, { write, wrote }: WriteOutcome): readonly EntryChange[] {
  const { recordId, contactId, sent, body } = write.plan;
  if (context.connector.fieldTimes === undefined || wrote.outcome !== 'done' || wrote.modifiedAt === undefined || recordId === null)
    return [];
  const { values, modifiedAt: at } = wrote;
  const fields = mapping.rules.flatMap(({ key, field, direction }): WrittenField[] => {
    const [pair, base] = [sent[key], agreedOn(body.base, key) ?? null];
    if (pair === undefined || (direction !== 'both' && base !== null)) return []; // written without a look
    const after = Object.hasOwn(values, key) ? (values[key] as Value) : pair.remote;
    return [{ field, crm: key, base, local: pair.local, after }];
  });
  if (fields.length === 0) return [];
  const note: WrittenOverNote = { object: mapping.crmObject, recordId, contactId, at, fields };
  const key = `${note.object}|${recordId}|${write.op}`;
  return [{ scope: 'connection', kind: KIND.writtenOver, key, expected: 'any', put: { body: note as unknown as Json, contactId } }];
}

export const writtenOverOf = ({ body }: Entry): WrittenOverNote => body as unknown as WrittenOverNote;

/** What is to be looked at of the object's records. */
export async function loadWrittenOver({ store }: Context, object: string, limit: number): Promise<readonly Entry[]> {
  const prefix = `${object}|`;
  const noted = await store.entries({ scope: 'connection', kind: KIND.writtenOver, after: prefix, limit });
  return noted.filter(({ key }) => key.startsWith(prefix));
}
