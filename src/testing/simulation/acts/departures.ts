import { type Acts, someAccount } from './act.ts';
import { deathIn } from './flows.ts';
import { someContact } from './on-our-side.ts';

/** People who are removed or erased on our side, and those who are brought back. */
export const DEPARTURES: Acts = {
  'a contact is removed': [
    1,
    (there, chance) => {
      const id = someContact(there, chance);
      if (id === null) return;
      const options = { death: deathIn(there, chance, 8) };
      return there.start('removal', someAccount(there, chance), options, ({ contacts }) => contacts.remove(id, { by: 'somebody' }));
    },
  ],
  'a removed contact is brought back': [
    1,
    (there, chance) => {
      const ids = [...there.departures.removed.keys()];
      if (ids.length === 0) return;
      const id = chance.oneOf(ids);
      const options = { death: deathIn(there, chance, 8) };
      return there.start('restoration', someAccount(there, chance), options, ({ contacts }) => contacts.restore(id, { by: 'somebody' }));
    },
  ],
  'a person is erased': [
    1,
    (there, chance) => {
      const removed = [...there.departures.removed.keys()];
      const id = removed.length > 0 && chance.of(0.2) ? chance.oneOf(removed) : someContact(there, chance);
      if (id === null) return;
      const options = { death: deathIn(there, chance, 8) };
      return there.start('erasure', someAccount(there, chance), options, ({ contacts }) => contacts.erase(id));
    },
  ],
};
