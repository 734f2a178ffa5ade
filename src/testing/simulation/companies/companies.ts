import type { Chance } from '../chance.ts';
import { Ledger, type Side } from '../ledger.ts';
import type { createValues } from '../people.ts';
import type { Trace } from '../trace.ts';
import { asLocalOfCompany, COMPANY_FIELDS, type Company, type CompanyField, type CompanyShape } from './company.ts';
import type { CrmOfCompanies } from './crm-of-companies.ts';
import { Removals } from './removals.ts';

/** Somebody said which company a person belongs to. */
interface Tied {
  readonly side: Side;
  /** The person's record, or the contact. */
  readonly id: string;
  /** The company's record, or the company. */
  readonly companyId: string | null;
  /** What stood there, as whoever said so saw it. */
  readonly instead: string | null;
  readonly at: number;
}

interface Parts {
  readonly shape: CompanyShape;
  readonly trace: Trace;
  readonly now: () => number;
  readonly values: ReturnType<typeof createValues>;
}

/** What people did with companies, and with who belongs to them. */
export class Companies {
  readonly shape: CompanyShape;
  readonly ledger: Ledger<CompanyField>;
  /** Records that the engine made. */
  readonly made = new Set<string>();
  /** Companies that went with their records, and those that somebody removed. */
  readonly left = new Set<string>();
  readonly removals: Removals;
  /** Domains that several companies have, because somebody said so. */
  readonly sharedDomains = new Set<string>();
  readonly #ties: Tied[] = [];
  /** Records of companies that were removed, merged or taken from their company at some time. */
  readonly #unsettled = new Set<string>();
  /** By contact: its company, as it was committed. */
  readonly #here = new Map<string, string | null>();
  readonly #now: () => number;
  readonly #trace: Trace;
  readonly #values: Parts['values'];

  constructor({ shape, trace, now, values }: Parts) {
    this.shape = shape;
    this.ledger = new Ledger(trace, now, { fields: COMPANY_FIELDS, asLocal: asLocalOfCompany });
    this.removals = new Removals({ ledger: this.ledger, now });
    this.#now = now;
    this.#trace = trace;
    this.#values = values;
  }

  /** One that is nobody else's. */
  company(): Company {
    return { name: this.#value('name'), domain: this.#value('domain'), city: null };
  }

  change(chance: Chance): Partial<Company> {
    const field = chance.oneOf(COMPANY_FIELDS);
    return { [field]: field !== 'name' && chance.of(0.1) ? null : this.#value(field) }; // Salesforce keeps no account without one
  }

  tell(text: string, about: readonly string[]): void {
    this.#trace.tell(text, about);
  }

  #value(field: CompanyField): string {
    const text = this.#values.value('city');
    return field === 'domain' ? `${text.toLowerCase()}.com` : text;
  }

  /** Somebody says in the CRM, or here, whose the person is. */
  tie(tied: Omit<Tied, 'at'>, by = 'somebody'): void {
    const { side, id, companyId } = tied;
    this.#ties.push({ ...tied, at: this.#now() });
    this.#trace.tell(`${by}: company of ${side} ${id} becomes ${companyId}`, companyId === null ? [id] : [id, companyId]);
  }

  /** A commit gives the contact this company, or none. */
  noteTie(contactId: string, companyId: string | null, { isOurs, by }: { readonly isOurs: boolean; readonly by: string }): void {
    const instead = this.#here.get(contactId) ?? null;
    if (companyId === instead) return;
    this.#here.set(contactId, companyId);
    if (isOurs) this.tie({ side: 'local', id: contactId, companyId, instead }, by);
    else this.tell(`${by}: company of local ${contactId} is set to ${companyId} over ${instead}`, [contactId]);
  }

  /** What was said there last; undefined: nobody said anything. */
  lastTie(side: Side, id: string): Tied | undefined {
    return this.#ties.findLast((tied) => tied.side === side && tied.id === id);
  }

  /** Somebody there has seen this company of the person, and said another one. */
  isSaidOver(side: Side, id: string, isIt: (companyId: string | null) => boolean): boolean {
    return this.#ties.some((tied) => tied.side === side && tied.id === id && isIt(tied.instead));
  }

  /** Nobody knows any more what became of those who belonged to it. */
  unsettle(recordId: string): void {
    this.#unsettled.add(recordId);
  }

  isUnsettled(recordId: string): boolean {
    return this.#unsettled.has(recordId);
  }

  /** A company that is here, as far as anybody knows. */
  someCompany(chance: Chance): string | null {
    const ids = this.ledger.ids('local').filter((id) => !this.left.has(id));
    return ids.length === 0 ? null : chance.oneOf(ids);
  }

  /** What is in the CRM now: what nobody typed is the engine's doing. */
  look(crm: CrmOfCompanies, by: string): void {
    for (const { id, gone: _, ...company } of crm.companies()) {
      if (!this.ledger.isKnown('crm', id)) {
        this.made.add(id);
        this.#trace.tell(`${by} makes the company's record ${id}`, [id]);
      }
      this.ledger.engine('crm', id, company, by);
    }
  }
}
