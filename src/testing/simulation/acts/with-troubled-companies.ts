import { late } from './act.ts';
import { addCompany, type CompanyActs, editRecord, oneOfThese, someCompanyPair, spelt, withCompany, withRecord } from './company-act.ts';
import { deathIn } from './flows.ts';
import { disturbed } from './on-our-side.ts';

/** What happens to companies in some deployments only, with how often. */
const ACTS: CompanyActs = {
  "a company's record is edited, and it shows late": [
    4,
    withRecord((there, id) => {
      const { chance, companies } = there;
      editRecord(there, id, spelt(companies.change(chance), chance), late(chance));
    }),
  ],
  'a company is added in the CRM, and it shows late': [1, (there) => addCompany(there, there.companies.company(), late(there.chance))],
  'a record is taken from its company': [
    1,
    async (its) => {
      const { there, account, crm, chance } = its;
      const pair = await someCompanyPair(its);
      if (pair === null) return;
      const record = { object: crm.object, recordId: pair.recordId };
      return there.start('separation', account, disturbed(there, chance), ({ companies }) => companies.unlink(pair.id, record));
    },
  ],
  'a company is removed here': [
    2,
    withCompany(({ there, account, chance }, id) =>
      there.start('removal', account, { death: deathIn(there, chance, 8) }, ({ companies }) => companies.remove(id, { by: 'somebody' })),
    ),
  ],
  'a removed company is brought back': [
    2,
    ({ there, account, chance, companies: { removals } }) => {
      const ids = [...removals.removed.keys()];
      if (ids.length === 0) return;
      const id = chance.oneOf(ids);
      const options = { death: deathIn(there, chance, 8) };
      return there.start('restoration', account, options, ({ companies }) => companies.restore(id, { by: 'somebody' }));
    },
  ],
};

export const troubleCompanies = oneOfThese(ACTS);
