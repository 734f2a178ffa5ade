import { shownCode } from '../../../http/answers.ts';
import type { Write, Wrote } from '../../../ports/connector.ts';
import { type Complaint, complaintsOf, fieldOf, meaningOfCode } from '../errors.ts';
import { toId18 } from '../record-id.ts';
import { isActivity } from './batch.ts';

/**
 * What became of one record that Salesforce did not write.
 *
 * @param errors - Of one item of a collection, or the body of a refused request for one record.
 * @param write - What was to be written.
 *
 * Source: REST API guide, sObject Collections, error responses.
 */
export function refusalOf(errors: unknown, { object, id }: Pick<Write, 'object' | 'id'>): Wrote {
  const complaint = complaintsOf(errors)[0];
  if (complaint?.code === 'ENTITY_IS_DELETED' && isOfRecord(complaint, { object, id })) return { outcome: 'gone' };
  const meaning = complaint && meaningOfCode(complaint);
  const field = complaint && fieldOf(complaint);
  const existing = meaning?.code === 'duplicate' ? existingOf(errors, complaint!, object) : null;
  return {
    outcome: 'refused',
    code: meaning?.code ?? 'record_refused',
    remedy:
      meaning?.remedy ?? `Salesforce refuses the record with ${shownCode(complaint?.code ?? '')}: correct it there or in the mapping.`,
    retryable: meaning?.retryable ?? false,
    ...(field === undefined ? {} : { field }),
    ...(existing === null ? {} : { existing }),
  };
}

/** The record itself is deleted, or that of an activity; else it is one that a field refers to. */
const isOfRecord = ({ fields }: Complaint, { object, id }: Pick<Write, 'object' | 'id'>): boolean =>
  id === null ? isActivity(object) : fields.every((field) => field === 'Id');

/**
 * The record that is there already, where Salesforce names exactly one of the wanted object: in the matches of a duplicate
 * rule, which may also be of other objects, or at the end of the message about a unique field.
 */
function existingOf(errors: unknown, { code, message }: Complaint, object: string): string | null {
  if (code === 'DUPLICATE_VALUE') return toId18(/\brecord with id:\s*([a-zA-Z0-9]{15,18})\b/.exec(message)?.[1]);
  // Some versions really spell it `duplicateResut`.
  const result = member(Array.isArray(errors) ? errors[0] : errors, 'duplicateResut', 'duplicateResult');
  const matches = listOf(member(result, 'matchResults')).map((match) => idsIn(match, object));
  const ids = new Set(matches.flat());
  return ids.size === 1 ? ([...ids][0] ?? null) : null;
}

/** Ids of the matches of one rule that are of the object; null for one that is not named. */
function idsIn(match: unknown, object: string): readonly (string | null)[] {
  const of = member(match, 'entityType');
  const records = listOf(member(match, 'matchRecords')).map((one) => member(one, 'record'));
  const ids = records.flatMap((record) => {
    const type = member(member(record, 'attributes'), 'type') ?? of;
    return type === object ? [toId18(member(record, 'Id'))] : [];
  });
  const size = member(match, 'size');
  return of === object && typeof size === 'number' && size > records.length ? [...ids, null] : ids;
}

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

function member(value: unknown, ...names: readonly string[]): unknown {
  if (typeof value !== 'object' || value === null) return undefined;
  const name = names.find((each) => Object.hasOwn(value, each));
  return name === undefined ? undefined : Reflect.get(value, name);
}
