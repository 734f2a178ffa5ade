import type { AnyRule, Mapping } from '../../../core/mapping/mapping-types.ts';
import { type Company, type CompanyField, type CompanyShape, TIE } from './company.ts';

/** A company's record in the CRM, whatever became of it. */
export interface CrmCompany extends Company {
  readonly id: string;
  readonly gone: 'deleted' | 'merged' | 'untold' | null;
}

/** The companies of a fake CRM of people, as the simulation sees them. */
export interface CrmOfCompanies {
  readonly object: string;
  readonly mapping: Mapping;
  add(company: Company, commitDelayMs?: number): string;
  edit(id: string, change: Partial<Company>, commitDelayMs?: number): void;
  /** Whoever belongs to it may go with it. */
  remove(id: string): void;
  /** Out of the bin. False: that can't be done any more. */
  restore(id: string): boolean;
  /** The id of the record that is left. */
  merge(winnerId: string, loserId: string): string;
  /** Null: it never was, or is not visible yet. */
  company(id: string): CrmCompany | null;
  /** Live records. */
  companies(): readonly CrmCompany[];
  /** Somebody gives the person another company, or none. */
  employ(personId: string, companyId: string | null): void;
  /** The record of the person's company. */
  employerOf(personId: string): string | null;
}

export type CompanyNames = Readonly<Record<CompanyField, string>>;

export const companyMappingOf = (crmObject: string, names: CompanyNames, { conflicts }: CompanyShape): Mapping => ({
  crmObject,
  create: {},
  fields: [
    { crm: names.name, field: 'name', direction: 'both', conflict: conflicts.name },
    { crm: names.domain, field: 'domain', direction: 'both', conflict: conflicts.domain },
    { crm: names.city, field: 'city', direction: 'both', conflict: conflicts.city },
  ],
});

/** The rule that ties contacts to companies; none where there are none. */
export const tieRules = (crm: string, shape: CompanyShape | undefined): readonly AnyRule[] =>
  shape === undefined ? [] : [{ crm, field: TIE, direction: 'both', conflict: shape.conflicts[TIE] }];

/** Members of a company under the CRM's names. */
export const companyNamed = (change: Partial<Company>, names: CompanyNames): Record<string, unknown> =>
  Object.fromEntries(Object.entries(change).map(([field, value]) => [names[field as CompanyField], value]));

const orNull = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null);

export const companyIn = (fields: Readonly<Record<string, unknown>>, names: CompanyNames): Company => ({
  name: orNull(fields[names.name]),
  domain: orNull(fields[names.domain]),
  city: orNull(fields[names.city]),
});
