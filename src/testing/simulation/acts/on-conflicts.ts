import { isCrmSyncError } from '../../../errors.ts';
import type { Account } from '../account.ts';
import { type Chance, chanceOf } from '../chance.ts';
import type { Deployment, StartOptions } from '../deployment.ts';
import type { ConflictAnswer } from '../engine.ts';
import { FIELDS, type PersonField } from '../people.ts';
import { type Acts, MINUTE, someAccount } from './act.ts';
import { deathIn } from './flows.ts';

/** Somebody looks at the conflicts that wait, and decides one of them, or all. */
const decide = (there: Deployment, account: Account, chance: Chance, { isAll, ...options }: StartOptions & { readonly isAll: boolean }) =>
  there.start('decision', account, options, async ({ conflicts }) => {
    const open = await conflicts.list({ open: true, limit: 1_000 });
    for (const { id, field } of isAll || open.length === 0 ? open : [chance.oneOf(open)])
      try {
        await conflicts.resolve(id, answer(there, chance, field), { by: 'somebody' });
      } catch (error) {
        // What the CRM has is the key of another company here: ours stays.
        if (!isCrmSyncError(error) || error.code !== 'match_key_taken') throw error;
        await conflicts.resolve(id, 'local', { by: 'somebody' });
      }
  });

function answer({ values }: Deployment, chance: Chance, field: string): ConflictAnswer {
  const side = chance.oneOf(['crm', 'local', 'value'] as const);
  return side === 'value' && FIELDS.includes(field as PersonField)
    ? { value: values.value(field as PersonField) }
    : side === 'value'
      ? 'crm'
      : side;
}

/** Nothing waits for a decision any more. */
export const decideAll = (there: Deployment, account: Account) => decide(there, account, chanceOf(there.counts.flows), { isAll: true });

export const ON_CONFLICTS: Acts = {
  'a conflict is decided': [
    4,
    (there, chance) => decide(there, someAccount(there, chance), chance, { isAll: false, death: deathIn(there, chance, 8) }),
  ],
  'a day goes by': [
    1,
    ({ scheduler, departures }) => {
      scheduler.advance(24 * 60 * MINUTE);
      departures.dayGoesBy();
    },
  ],
};
