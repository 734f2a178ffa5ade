import { describe, expect, it } from 'vitest';
import type { LinkState } from '../../../../src/core/link/link.ts';
import { EMPTY_BODY } from '../../../../src/core/link/link.ts';
import { compileMapping } from '../../../../src/core/mapping/compile.ts';
import { defineMapping, safeParseMapping } from '../../../../src/core/mapping/mapping.ts';
import type { CrmRecord } from '../../../../src/core/mapping/mapping-types.ts';
import type { DescribedField } from '../../../../src/core/schema/described.ts';
import { completeFields, defineCompanySchema } from '../../../../src/core/schema/schema.ts';
import { planInbound } from '../../../../src/core/sync/inbound.ts';
import { planOutbound } from '../../../../src/core/sync/outbound.ts';
import { planCreate } from '../../../../src/core/sync/plan-create.ts';
import type { PlannedContact, PlannedLink } from '../../../../src/core/sync/plan-types.ts';
import type { Value } from '../../../../src/core/values/value.ts';
import { told } from '../told.ts';

const schema = defineCompanySchema({ industry: { type: 'string' } });
const mapping = compileMapping(
  schema,
  defineMapping(schema, {
    crmObject: 'Account',
    fields: [
      { crm: 'Name', field: 'name', direction: 'both', blank: { outbound: 'keep' } },
      { crm: 'Website', field: 'domain', direction: 'inbound' },
      { crm: 'Industry', field: 'industry', direction: 'both' },
    ],
  }),
);
const NOW = '2026-01-05T09:00:00.000Z';
const account = (id: string, Name: Value, Website: Value = null): CrmRecord => ({ id, fields: { Name, Website, Industry: null } });
const company = (id: string, name: Value, domain: Value = null): PlannedContact => ({
  id,
  fields: completeFields(schema, { name, domain }),
  version: 'v1',
});
const linked = (contactId: string, recordId: string, base: PlannedLink['body']['base'], state: LinkState = 'active'): PlannedLink => ({
  ...{ id: `l-${contactId}`, object: 'Account', contactId, recordId, state, seen: 'v1', plan: mapping.planFingerprint, dueAt: null },
  syncedAt: Date.parse(NOW) - 3_600_000,
  body: { ...EMPTY_BODY, base },
});
const plans = (records: readonly CrmRecord[], contacts: readonly PlannedContact[] = [], links: readonly PlannedLink[] = []) =>
  planInbound({ mapping, records, contacts, links, now: NOW }).records;
/** What becomes of the last record, in a word. */
const last = (...given: Parameters<typeof plans>): string => {
  const plan = plans(...given).at(-1)!;
  if (plan.action === 'skip') return `skip: ${plan.reason}`;
  return 'contactId' in plan ? `${plan.action} ${plan.contactId}` : plan.action;
};

describe('a mapping of companies', () => {
  it('finds them by domain, then by name, where it says nothing', () => {
    expect(mapping.entity).toBe('company');
    expect(mapping.matchKeys.map(({ field }) => field)).toEqual(['domain', 'name']);
  });

  it('reads the host of an address', () => {
    const read = (Website: string) => mapping.readRecord(account('r1', 'Acme', Website));
    expect(read('https://www.Acme.com/about').fields).toMatchObject({ name: 'Acme', domain: 'acme.com' });
    expect(read('see our page')).toMatchObject({ fields: { name: 'Acme' }, refused: [{ field: 'domain', code: 'not_a_domain' }] });
  });

  it('may be found by name alone, and then needs no domain', () => {
    const fields = [{ crm: 'Name', field: 'name', direction: 'inbound' }];
    expect(safeParseMapping(schema, { crmObject: 'Account', fields }).ok).toBe(true);
    expect(compileMapping(schema, { crmObject: 'Account', fields: fields as never }).matchKeys.map(({ field }) => field)).toEqual(['name']);
  });

  it.each([
    [[{ crm: 'Name', field: 'name', direction: 'outbound' }], undefined, ['fields.0.direction match_key_not_read']],
    [
      [
        { crm: 'Name', field: 'name', direction: 'outbound' },
        { crm: 'Website', field: 'domain', direction: 'inbound' },
      ],
      undefined,
      [],
    ],
    [
      [
        { crm: 'Name', field: 'name', direction: 'both' },
        { crm: 'Website', field: 'domain', direction: 'outbound' },
      ],
      'domain',
      ['fields.1.direction match_key_not_read'],
    ],
    [[{ crm: 'Name', field: 'name', direction: 'both', conflict: 'merge' }], undefined, ['fields.0.conflict match_key_merged']],
    [[{ crm: 'Phone', field: 'phone_number', direction: 'inbound' }], undefined, ['fields.0.field unknown_field']],
  ])('is read as strictly as that of contacts: %j', (fields, matchKey, issues) => {
    const parsed = safeParseMapping(schema, { crmObject: 'Account', fields, ...(matchKey && { matchKey }) });
    expect(parsed.ok ? [] : told(parsed.issues)).toEqual(issues);
  });
});

describe('the company of a new record', () => {
  const acme = company('c1', 'Acme', 'acme.com');

  it.each<readonly [string, string, CrmRecord, readonly PlannedContact[]]>([
    ['is found by its domain, whatever the name', 'update c1', account('r1', 'ACME Holding', 'http://www.acme.com'), [acme]],
    ['is found by its name where the record has no domain', 'link c1', account('r1', 'Acme'), [acme]],
    ['is found by its name where it has no domain itself', 'update c1', account('r1', 'Acme', 'acme.com'), [company('c1', 'Acme')]],
    ['is found by its name however that is written', 'update c1', account('r1', 'ACME.'), [acme]],
    ['is not found by name where both have a domain', 'create', account('r1', 'Acme', 'acme.de'), [acme]],
    ['is not found by a domain of free mail', 'create', account('r1', 'Globex', 'gmail.com'), [company('c1', 'Acme', 'gmail.com')]],
    ['is found by name beside a domain of free mail', 'update c1', account('r1', 'Acme', 'gmail.com'), [acme]],
    ['is a new one where nobody has its keys', 'create', account('r1', 'Globex', 'globex.com'), [acme]],
    [
      'waits where two have its domain',
      'skip: ambiguous',
      account('r1', 'Acme', 'acme.com'),
      [acme, company('c2', 'Acme Labs', 'acme.com')],
    ],
    [
      'waits where two have its name and it has no domain',
      'skip: ambiguous',
      account('r1', 'Acme'),
      [acme, company('c2', 'ACME', 'acme.de')],
    ],
    [
      'is the one with its domain of two with its name',
      'update c2',
      account('r1', 'Acme', 'acme.de'),
      [acme, company('c2', 'ACME', 'acme.de')],
    ],
    ['is nobody for a record without keys', 'skip: no_match_key', account('r1', 'n/a'), [acme]],
    ['is nobody for a record with free mail only', 'skip: no_match_key', account('r1', null, 'gmail.com'), [acme]],
  ])('%s', (_, expected, record, companies) => expect(last([record], companies)).toBe(expected));

  it('waits where the company has a record already, and is a new one where only the name is the same', () => {
    const link = linked('c1', 'r1', {
      Name: { local: 'Acme', remote: 'Acme' },
      Website: { local: 'acme.com', remote: 'acme.com' },
      Industry: null,
    });
    expect(last([account('r2', 'Acme Labs', 'acme.com')], [acme], [link])).toBe('skip: ambiguous');
    expect(last([account('r2', 'Acme', 'acme.de')], [acme], [link])).toBe('create');
  });

  it('waits for one that is being made by the same name, and not where their domains differ', () => {
    const making = { ...linked('c1', 'r1', {}, 'creating'), recordId: null };
    const sent = [{ op: 'o1', at: Date.parse(NOW), until: Date.parse(NOW) + 60_000, values: { Name: { local: 'Acme', remote: 'Acme' } } }];
    const link = { ...making, body: { ...making.body, sent } };
    expect(last([account('r2', 'ACME')], [acme], [link])).toBe('skip: ambiguous');
    expect(last([account('r2', 'ACME', 'acme.de')], [acme], [link])).toBe('create');
  });

  it('is seen by later records of its page', () => {
    const records = [account('r1', 'Acme', 'acme.com'), account('r2', 'acme', 'acme.de'), account('r3', 'Acme Labs', 'acme.com')];
    expect(plans(records).map(({ action }) => action)).toEqual(['create', 'create', 'skip']);
  });

  it('is found again by its own keys after its record was gone', () => {
    const gone = linked('c1', 'r1', {}, 'tombstone');
    expect(last([account('r2', 'Acme, Inc.', 'acme.com')], [acme], [gone])).toBe('update c1');
  });
});

describe('a record that is renamed', () => {
  const base = { Name: { local: 'Acme', remote: 'Acme' }, Website: { local: null, remote: null }, Industry: { local: null, remote: null } };
  const two = [company('c1', 'Acme'), company('c2', 'Globex')];

  it('may take the name of another company: a name is nobody’s alone', () => {
    const [plan] = plans([account('r1', 'Globex')], two, [linked('c1', 'r1', base)]);
    expect(plan).toMatchObject({ action: 'update', contactId: 'c1', fields: { name: 'Globex' }, refused: [] });
  });

  it('keeps its domain where another company has the new one (R20)', () => {
    const [plan] = plans(
      [account('r1', 'Acme', 'globex.com')],
      [two[0]!, company('c2', 'Globex', 'globex.com')],
      [linked('c1', 'r1', base)],
    );
    expect(plan).toMatchObject({ refused: [{ field: 'domain', code: 'match_key_taken' }] });
  });

  it('may come to a domain of free mail that others have', () => {
    const [plan] = plans([account('r1', 'Acme', 'gmail.com')], [two[0]!, company('c2', 'Globex', 'gmail.com')], [linked('c1', 'r1', base)]);
    expect(plan).toMatchObject({ action: 'update', fields: { domain: 'gmail.com' }, refused: [] });
  });
});

describe('what goes to the CRM', () => {
  it('is an edit of the name, and never the domain of a rule that only reads', () => {
    const base = { Name: { local: 'Acme', remote: 'Acme' }, Website: { local: 'acme.com', remote: 'http://acme.com/x' }, Industry: null };
    const contact = { ...company('c1', 'Acme AG', 'acme.ch'), version: 'v2' };
    const remote = { Name: 'Acme', Website: 'http://acme.com/x', Industry: null };
    const [plan] = planOutbound({
      mapping,
      contacts: [contact],
      links: [linked('c1', 'r1', base)],
      remote: { c1: remote },
      now: NOW,
    }).contacts;
    expect(plan).toMatchObject({ action: 'write', values: { Name: 'Acme AG' } });
  });

  it('of a new record includes the domain as its address, and finds none by free mail', () => {
    const now = Date.parse(NOW);
    expect(planCreate({ mapping, contact: company('c1', 'Acme', 'acme.com'), now })).toMatchObject({
      action: 'create',
      values: { Name: 'Acme', Website: 'acme.com' },
      keys: { domain: 'acme.com', name: 'Acme' },
    });
    expect(planCreate({ mapping, contact: company('c1', 'Acme', 'gmail.com'), now })).toMatchObject({ keys: { name: 'Acme' } });
  });
});

describe('a CRM as it is described', () => {
  const field = (name: string, type: DescribedField['type']): DescribedField => ({
    ...{ name, label: name, type, creatable: true, updatable: true, nullable: true, required: false, filterable: true, unique: false },
  });

  it('lets a rule on a hidden field be absent, and the other key find', () => {
    const described = { name: 'Account', label: 'Account', fields: [field('Name', 'string'), field('Industry', 'picklist')] };
    const fields = [
      { crm: 'Name', field: 'name', direction: 'inbound' },
      { crm: 'Website', field: 'domain', direction: 'inbound' },
    ] as const;
    const compiled = compileMapping(schema, { crmObject: 'Account', fields }, { described });
    expect(compiled.readRecord(account('r1', 'Acme', 'acme.com')).fields).toEqual({ name: 'Acme' });
  });
});
