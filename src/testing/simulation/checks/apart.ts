import type { Broken } from '../broken.ts';
import type { Ledger } from '../ledger.ts';
import type { Seen } from './seen.ts';

/** What was typed into one CRM alone stays out of the others, unless their connection takes it, or makes a record with it (R25). */
export function apart<F extends string>({ there, conflicts }: Seen, ledger: Ledger<F>): readonly Broken[] {
  if (there.accounts.length === 1) return [];
  return ledger.displaced.flatMap(({ side, id, field, after, isMade }): Broken[] => {
    // Where this CRM has moved, too, a policy or a person has decided.
    if (side === 'local' || after === null || isMade || conflicts.has(`${field} ${after}`)) return [];
    const account = there.accountOf(id);
    const origins = ledger.typed.filter((typed) => typed.field === field && typed.value === after);
    if (account === undefined || account.shape.propagate || origins.length === 0) return [];
    if (origins.some((typed) => typed.side === 'local' || account.crm.person(typed.id) !== null)) return [];
    return [{ promise: 'R25', message: `${field} of record ${id} is set to ${after}, which another CRM gave`, about: [id, after] }];
  });
}
