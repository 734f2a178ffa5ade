import { shownCode } from '../../http/answers.ts';
import type { Wrote } from '../../ports/connector.ts';
import { type Complaint, complaintsOf, fieldOf, meaningOfCode } from './errors.ts';
import { toId18 } from './record-id.ts';

/** What became of one record that Salesforce did not write. Source: REST API guide, sObject Collections, error responses. */
export function refusalOf(errors: unknown): Wrote {
  const complaint = complaintsOf(errors)[0];
  if (complaint?.code === 'ENTITY_IS_DELETED') return { outcome: 'gone' };
  const meaning = complaint && meaningOfCode(complaint);
  const field = complaint && fieldOf(complaint);
  const existing = meaning?.code === 'duplicate' ? existingOf(errors, complaint!) : null;
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

/**
 * The record that is there already, where Salesforce names exactly one: in the matches of a duplicate rule (their key is
 * really spelled `duplicateResut` in some versions), or at the end of the message about a unique field.
 */
function existingOf(errors: unknown, { message }: Complaint): string | null {
  const result = member(Array.isArray(errors) ? errors[0] : errors, 'duplicateResut', 'duplicateResult');
  const matches = listOf(member(result, 'matchResults')).flatMap((match) => listOf(member(match, 'matchRecords')));
  const ids = new Set(matches.map((match) => toId18(member(member(match, 'record'), 'Id'))));
  if (ids.size === 1) return [...ids][0] ?? null;
  return ids.size === 0 ? toId18(/\bid:\s*([a-zA-Z0-9]{15,18})\b/.exec(message)?.[1]) : null;
}

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

function member(value: unknown, ...names: readonly string[]): unknown {
  if (typeof value !== 'object' || value === null) return undefined;
  const name = names.find((each) => Object.hasOwn(value, each));
  return name === undefined ? undefined : Reflect.get(value, name);
}
