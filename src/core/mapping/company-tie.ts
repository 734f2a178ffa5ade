import { own } from '../base/own.ts';
import { refuse } from '../values/refusal.ts';
import type { Value } from '../values/value.ts';
import type { CompiledRule, CrmRecord } from './mapping-types.ts';
import { identityOf } from './plan-fingerprint.ts';

/**
 * Where the engine puts the company that a CRM reference leads to, beside the reference itself, which filters and other rules may
 * look at. No CRM field has a blank in its name.
 */
export const tiePath = (crm: string): string => `${crm} (company)`;

const UNKNOWN = 'record:';

/**
 * What stands for a record that is no company here: the tie to it is told apart from every other one, and is not taken over.
 *
 * @example
 * unknownRecord(unknownCompany('001A')) //=> '001A'
 * unknownRecord('company-1') //=> null
 */
export const unknownCompany = (recordId: string): string => `${UNKNOWN}${recordId}`;
export const unknownRecord = (value: Value | undefined): string | null =>
  typeof value === 'string' && value.startsWith(UNKNOWN) ? value.slice(UNKNOWN.length) : null;

export const COMPANY_UNKNOWN = 'company_unknown';
export const COMPANY_WITHOUT_RECORD = 'company_without_record';

const readTie = (remote: Value) =>
  unknownRecord(remote) === null
    ? ({ ok: true, value: remote } as const)
    : refuse(
        COMPANY_UNKNOWN,
        'The record belongs to a company that is not here.',
        'Nothing to do: the contact is tied to it once the company is pulled. Where a filter leaves the company out, it stays so.',
      );

/**
 * The rule of the field that names a contact's company: both of its sides are ids of companies, since the engine leads the CRM's
 * references to them, and back. Whatever kind of field the CRM keeps its reference in, nothing is read into it.
 */
export function tieRule(rule: CompiledRule): CompiledRule {
  const path = tiePath(rule.crm[0] as string);
  const same = (local: Value) => ({ ok: true, value: local }) as const;
  return {
    ...rule,
    identity: identityOf({ tie: rule.identity }),
    unusable: rule.unusable?.code === 'incompatible_type' ? null : rule.unusable,
    plain: path,
    readRemote: ({ fields }: CrmRecord) => own(fields, path) as Value | undefined,
    toLocal: readTie,
    isLocal: (remote) => unknownRecord(remote) === null,
    toRemote: same,
    initial: rule.initial === null ? null : { field: rule.initial.field, toRemote: same },
  };
}

/** The rule, while some companies have no record to refer to: a contact of theirs is written without the tie, which waits. */
export function withoutRecordOf(rule: CompiledRule, companyIds: ReadonlySet<Value>): CompiledRule {
  const toRemote = (local: Value) =>
    companyIds.has(local)
      ? refuse(
          COMPANY_WITHOUT_RECORD,
          'The company of the contact has no record in this CRM.',
          'Give the company one with `push({ createMissing: true })`, or pull it: the tie is sent with a later push.',
        )
      : rule.toRemote(local);
  return { ...rule, toRemote, initial: rule.initial === null ? null : { ...rule.initial, toRemote } };
}
