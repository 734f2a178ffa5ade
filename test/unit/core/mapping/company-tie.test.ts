import { describe, expect, it } from 'vitest';
import { hashOf } from '../../../../src/core/base/hash.ts';
import { EMPTY_BODY } from '../../../../src/core/link/link.ts';
import {
  COMPANY_UNKNOWN,
  COMPANY_WITHOUT_RECORD,
  tiePath,
  tieRule,
  unknownCompany,
  unknownRecord,
  withoutRecordOf,
} from '../../../../src/core/mapping/company-tie.ts';
import { compileMapping } from '../../../../src/core/mapping/compile.ts';
import type { Mapping } from '../../../../src/core/mapping/mapping-types.ts';
import { defineContactSchema } from '../../../../src/core/schema/schema.ts';
import { planInbound } from '../../../../src/core/sync/inbound.ts';
import type { PlannedLink } from '../../../../src/core/sync/plan-types.ts';
import { describedField } from '../../described-field.ts';

const schema = defineContactSchema({ company_id: { type: 'string' }, account: { type: 'string' } });
const tie = { crm: 'AccountId', field: 'company_id', direction: 'both' } as const;
const mapping: Mapping<typeof schema> = {
  crmObject: 'Contact',
  fields: [
    { crm: 'Phone', field: 'phone_number', direction: 'inbound' },
    { crm: 'AccountId', field: 'account', direction: 'inbound' },
    tie,
  ],
  filter: { field: 'AccountId', ne: '001X' },
};
const plain = compileMapping(schema, mapping);
const tied = compileMapping(schema, mapping, { companyField: 'company_id' });
const rule = tied.rules.find(({ field }) => field === 'company_id')!;

const recordOf = (company: string | null | undefined) => ({
  id: '003',
  fields: { Phone: '+14155550123', AccountId: '001A', ...(company !== undefined && { [tiePath('AccountId')]: company }) },
});
const planned = (company: string | null | undefined, fields: Readonly<Record<string, string | null>> = {}) => {
  const contact = { id: 'c1', fields: { phone_number: '+14155550123', ...fields } };
  return planInbound({ mapping: tied, records: [recordOf(company)], contacts: [contact], now: 0 });
};

describe('the rule that ties a contact to its company', () => {
  it('takes the company that the reference leads to; the reference itself stays for other rules and for the filter', () => {
    const { updates, skipped } = planned('company-1');
    expect(skipped).toEqual([]);
    expect(updates[0]?.fields).toEqual({ company_id: 'company-1', account: '001A' });
  });

  it('takes nothing where the reference leads to nobody here, and says so', () => {
    const plan = planned(unknownCompany('001A'), { company_id: 'company-1' });
    expect(plan.updates[0]?.fields).toEqual({ account: '001A' });
    expect(plan.refused).toMatchObject([
      {
        field: 'company_id',
        code: 'company_unknown',
        message: 'The record belongs to a company that is not here.',
        remedy: 'Nothing to do: the contact is tied to it once the company is pulled. Where a filter leaves the company out, it stays so.',
      },
    ]);
  });

  it('holds nothing back any more once the reference leads to somebody here', () => {
    const held = { AccountId: { code: COMPANY_UNKNOWN, remedy: '', valueHash: hashOf('company-2'), retryAt: 1_000 } };
    const ofLink = (company: string) => {
      const base = { Phone: '+14155550123', AccountId: 'company-1' };
      const link: PlannedLink = {
        id: 'l1',
        contactId: 'c1',
        object: 'Contact',
        recordId: '003',
        state: 'active',
        plan: tied.planFingerprint,
        seen: 'v1',
        dueAt: 1_000,
        syncedAt: -1_000_000,
        body: { ...EMPTY_BODY, base, held },
      };
      const fields = { phone_number: '+14155550123', company_id: 'company-2', account: '001A' };
      const contact = { id: 'c1', version: 'v1', fields };
      const [plan] = planInbound({ mapping: tied, records: [recordOf(company)], contacts: [contact], links: [link], now: 0 }).records;
      return plan;
    };
    expect(ofLink('company-1')).toMatchObject({ link: { body: { held: {} }, seen: null } }); // to be sent
    expect(ofLink(unknownCompany('001A'))).toMatchObject({ link: { body: { held } } });
  });

  it('is absent where nobody has led the reference to a company, as in a plan without an engine (R15)', () => {
    expect(planned(undefined, { company_id: 'company-1' }).updates[0]?.fields).toEqual({ account: '001A' });
    expect(planned(null, { company_id: 'company-1' }).refused).toEqual([]);
  });

  it('writes ids as they are, whatever type the reference has, and none of a company without a record', () => {
    const described = {
      name: 'Contact',
      label: 'Contact',
      fields: [describedField('Phone', 'phone'), describedField('AccountId', 'number')],
    };
    const [, , numeric] = compileMapping(schema, mapping, { companyField: 'company_id', described }).rules;
    expect(numeric).toMatchObject({ unusable: null });
    expect(numeric!.toRemote('company-1')).toEqual({ ok: true, value: 'company-1' });
    const without = withoutRecordOf(numeric!, new Set(['company-1']));
    expect(without.toRemote('company-1')).toEqual({
      ok: false,
      code: COMPANY_WITHOUT_RECORD,
      message: 'The company of the contact has no record in this CRM.',
      remedy: 'Give the company one with `push({ createMissing: true })`, or pull it: the tie is sent with a later push.',
    });
    expect(without.initial?.toRemote('company-1')).toMatchObject({ ok: false, code: COMPANY_WITHOUT_RECORD });
    expect(without.toRemote('company-2')).toEqual({ ok: true, value: 'company-2' });
    expect(without.initial).toMatchObject({ field: 'AccountId' });
    expect(numeric!.initial?.toRemote('company-1')).toEqual({ ok: true, value: 'company-1' });
    expect(without.toRemote(null)).toEqual({ ok: true, value: null });
  });

  it('reads only what the reference was led to', () => {
    expect(rule.readRemote(recordOf('company-1'))).toBe('company-1');
    expect(rule.readRemote(recordOf(null))).toBeNull();
    expect(rule.readRemote(recordOf(undefined))).toBeUndefined();
    expect(rule.isLocal('company-1')).toBe(true);
    expect(rule.isLocal(unknownCompany('001A'))).toBe(false);
  });

  it('writes no reference into new records where the CRM takes none', () => {
    const noReference = tieRule({ ...rule, initial: null });
    expect(noReference.initial).toBeNull();
    expect(withoutRecordOf(noReference, new Set(['company-1'])).initial).toBeNull();
  });

  it('minds a field that is hidden or read-only, but no type', () => {
    const unusable = { remedy: 'Ask.', inbound: true, outbound: true };
    const of = (code: 'field_not_visible' | 'incompatible_type' | 'read_only') =>
      tieRule({ ...rule, unusable: { ...unusable, code } }).unusable;
    expect(of('field_not_visible')).toEqual({ ...unusable, code: 'field_not_visible' });
    expect(of('read_only')).toEqual({ ...unusable, code: 'read_only' });
    expect(of('incompatible_type')).toBeNull();
    expect(tieRule({ ...rule, unusable: null }).unusable).toBeNull();
  });

  it('is another rule than the one of any other reference, and than the same one without a tie', () => {
    const identities = [rule, tieRule({ ...rule, identity: 'another' })].map(({ identity }) => identity);
    const [, , untied] = plain.rules;
    expect(new Set([...identities, untied!.identity]).size).toBe(3);
  });

  it('makes records be read again, and planned again, once it is one; no other mapping is (R17)', () => {
    expect(tied.readFingerprint).not.toBe(plain.readFingerprint);
    expect(tied.planFingerprint).not.toBe(plain.planFingerprint);
    const others = { ...mapping, fields: mapping.fields.filter(({ field: name }) => name !== 'company_id') };
    const prints = [{}, { companyField: 'company_id' }].map((options) => compileMapping(schema, others, options));
    expect(prints[1]?.readFingerprint).toBe(prints[0]?.readFingerprint);
    expect(prints[1]?.planFingerprint).toBe(prints[0]?.planFingerprint);
    expect(rule.key).toBe('AccountId');
  });
});

it.each([
  [unknownCompany('001A'), '001A'],
  [unknownCompany(''), ''],
  ['company-1', null],
  ['a record:001A', null],
  ['', null],
  [null, null],
  [7, null],
  [undefined, null],
])('%j stands for the unknown record %j', (value, record) => expect(unknownRecord(value)).toBe(record));
