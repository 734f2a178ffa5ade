import { isCrmSyncError } from '../../../errors.ts';
import type { Deployment } from '../deployment.ts';
import type { EditAnswer } from '../engine.ts';
import { BOTH_WAYS, type Person, type PersonField } from '../people.ts';

export interface Edit {
  readonly id: string;
  readonly fields: Partial<Person>;
}

const MAY_REFUSE: ReadonlySet<string> = new Set(['match_key_taken', 'contact_not_found']);

/** Of several edits in one call: what is answered as kept is kept, and what is answered as sent was sent (P12). */
export function judgeEdits(there: Deployment, flow: string, edits: readonly Edit[], answers: readonly EditAnswer[]): void {
  const { ledger, departures } = there;
  const tell = (message: string, ...about: readonly string[]) => there.untrue.push({ promise: 'P12', message, about: [flow, ...about] });
  if (answers.map(({ id }) => id).join() !== edits.map(({ id }) => id).join()) tell(`${flow} answers other edits than it was given`);
  for (const [index, { id, status, push, error }] of answers.entries()) {
    const values = Object.entries(edits[index]?.fields ?? {}).flatMap(([field, value]) =>
      value === null ? [] : [{ field: field as PersonField, value }],
    );
    if (status === 'refused' && !(isCrmSyncError(error) && MAY_REFUSE.has(error.code))) tell(`${flow} refuses contact ${id}: ${error}`, id);
    if (status === 'refused') continue;
    for (const { field, value } of values)
      if (!ledger.wasEver('local', id, field, value)) tell(`${flow} says that ${value} is kept in ${field} of ${id}`, id, value);
    if (push?.status !== 'done' || push.refused.length > 0) continue;
    for (const { field, value } of values)
      if (isBothWays(field) && !ledger.hasReached(field, value) && !ledger.isSuperseded(value) && !departures.hasConflict(field, value))
        tell(`${flow} says that ${value} in ${field} of ${id} was sent`, id, value);
  }
}

const isBothWays = (field: PersonField): boolean => BOTH_WAYS.some((one) => one === field);
