import { type Acts, someAccount } from './act.ts';
import { disturbed, somePair } from './on-our-side.ts';

const LIVE: ReadonlySet<string> = new Set(['active', 'missing', 'left_filter']);

/** Somebody decides whose record it is. */
export const BY_HAND: Acts = {
  'somebody says whose a record is': [
    4,
    (there, chance) => {
      const account = someAccount(there, chance);
      return there.start('assignment', account, disturbed(there, chance), async ({ contacts }) => {
        const waiting = await contacts.ambiguous({ limit: 100 });
        if (waiting.length === 0) return;
        const { object, recordId, candidates } = chance.oneOf(waiting);
        if (candidates.length === 0 || chance.of(0.4)) return contacts.link(null, { object, recordId }, { by: 'somebody' });
        const { contactId, records } = chance.oneOf(candidates);
        const present = records.find(({ state }) => LIVE.has(state))?.recordId ?? null;
        if (present !== null && chance.of(0.5)) await contacts.unlink(contactId, { object, recordId: present });
        return contacts.link(contactId, { object, recordId }, { by: 'somebody' });
      });
    },
  ],
  'a record is taken from its contact': [
    1,
    async (there, chance) => {
      const account = someAccount(there, chance);
      const pair = await somePair(there, account, chance);
      if (pair === null) return;
      const { contactId, recordId } = pair;
      const record = { object: account.crm.object, recordId };
      return there.start('separation', account, disturbed(there, chance), ({ contacts }) => contacts.unlink(contactId, record));
    },
  ],
};
