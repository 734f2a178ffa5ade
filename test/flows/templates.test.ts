import {
  type AnyRule,
  type CompleteConnector,
  CrmSyncEngine,
  defineContactSchema,
  PERSON_FIELDS,
  type PersonTemplate,
  parseMapping,
  suggestMapping,
} from 'crm-sync-engine';
import { hubspot, contactTemplate as hubspotContactTemplate } from 'crm-sync-engine/hubspot';
import { contactTemplate, leadTemplate, salesforce } from 'crm-sync-engine/salesforce';
import { conversation, fakeHubSpot, fakeSalesforce, manualClock, memoryStore } from 'crm-sync-engine/testing';
import { describe, expect, it } from 'vitest';

const START = '2026-01-05T09:00:00Z';
const PERSON = {
  phone_number: '+14155550123',
  first_name: 'Alice',
  last_name: 'Smith',
  do_not_call: null,
  email: 'alice@example.com',
  job_title: 'Buyer',
  company_name: 'Acme',
};
const EDIT = { first_name: 'Alicia', email: 'alicia@example.com', job_title: 'Head of buying', company_name: 'Globex' };

interface Deployed {
  readonly connector: CompleteConnector;
  readonly calls: () => number;
  /** The fields of the record of PERSON. */
  readonly record: () => Readonly<Record<string, unknown>>;
  readonly count: () => number;
  readonly add: (person: { readonly lastName: string; readonly mobile?: string; readonly email?: string }) => void;
}
interface Case {
  readonly template: PersonTemplate;
  /** A CRM as it is delivered, with PERSON in it. */
  readonly make: (clock: ReturnType<typeof manualClock>) => Deployed;
  /** The record's fields after EDIT was pushed. */
  readonly pushed: Readonly<Record<string, string>>;
  /** And after email, title and company were cleared. */
  readonly cleared: Readonly<Record<string, string | null>>;
}

function org(clock: ReturnType<typeof manualClock>, object: 'Contact' | 'Lead'): Deployed {
  const crm = fakeSalesforce({ clock });
  const company = object === 'Lead' ? { Company: 'Acme' } : { AccountId: crm.add('Account', { Name: 'Acme' }).id };
  const alice = { FirstName: 'Alice', LastName: 'Smith', Phone: '(415) 555-0123', Email: 'alice@example.com', Title: 'Buyer' };
  const { id } = crm.add(object, { ...alice, ...company });
  return {
    connector: salesforce({ ...crm.options, clock }),
    calls: () => crm.calls.length,
    record: () => crm.record(id).fields,
    count: () => crm.list(object).length,
    add: ({ lastName, mobile = null, email = null }) =>
      void crm.add(object, { LastName: lastName, MobilePhone: mobile, Email: email, ...company }),
  };
}

function portal(clock: ReturnType<typeof manualClock>): Deployed {
  const crm = fakeHubSpot({ clock });
  const name = { firstname: 'Alice', lastname: 'Smith', phone: '(415) 555-0123', email: 'alice@example.com' };
  const { id } = crm.add('contacts', { ...name, jobtitle: 'Buyer', company: 'Acme' });
  clock.advance(60_000); // the search sees it
  return {
    connector: hubspot({ ...crm.options, clock }),
    calls: () => crm.calls.length,
    record: () => crm.record(id).properties,
    count: () => crm.list('contacts').length,
    add: ({ lastName, mobile = '', email = '' }) => void crm.add('contacts', { lastname: lastName, mobilephone: mobile, email }),
  };
}

/** A name is only read: what was edited here stays here. */
const ALICIA = { FirstName: 'Alice', LastName: 'Smith', Phone: '(415) 555-0123', Email: 'alicia@example.com', Title: 'Head of buying' };

const CASES: Readonly<Record<string, Case>> = {
  'Contacts of Salesforce': {
    template: contactTemplate,
    make: (clock) => org(clock, 'Contact'),
    pushed: ALICIA,
    cleared: { Email: null, Title: null },
  },
  'Leads of Salesforce': {
    template: leadTemplate,
    make: (clock) => org(clock, 'Lead'),
    pushed: { ...ALICIA, Company: 'Globex' },
    cleared: { Email: null, Title: null, Company: 'Acme' },
  },
  'contacts of HubSpot': {
    template: hubspotContactTemplate,
    make: portal,
    pushed: {
      ...{ firstname: 'Alice', lastname: 'Smith', phone: '(415) 555-0123', email: 'alicia@example.com' },
      ...{ jobtitle: 'Head of buying', company: 'Globex' },
    },
    cleared: { email: '', jobtitle: '', company: '' },
  },
};

function deployment({ template, make }: Case) {
  const clock = manualClock(START);
  const crm = make(clock);
  const store = memoryStore({ clock });
  const engine = new CrmSyncEngine({
    ...template,
    ...{ workspace: 'acme', connection: 'acme-crm', store, connector: crm.connector, clock, defaultCountry: 'US' },
    unknownCaller: 'create',
  });
  return { clock, crm, engine };
}

describe.each(Object.entries(CASES))('the template for %s', (_, one) => {
  const { template } = one;

  it('is plain data that a settings page can store, and reads as it is', () => {
    const { schema, mappings } = template;
    expect(schema).toEqual(defineContactSchema(PERSON_FIELDS));
    expect(Object.keys(schema.fields)).toEqual(Object.keys(PERSON));
    expect(parseMapping(schema, JSON.parse(JSON.stringify(mappings[0])))).toEqual(mappings[0]);
    expect([schema.fields, mappings[0].fields, mappings[0].fields[0]].every((part) => Object.isFrozen(part))).toBe(true);
  });

  it('fits the CRM as it is delivered: check() has nothing to say against it', async () => {
    const findings = await deployment(one).engine.check();
    expect(findings.filter(({ level }) => level === 'error' || level === 'warning')).toEqual([]);
    expect(findings.map(({ code }) => code)).toContain('mapping_fits');
  });

  it('is what is suggested for the fields that the CRM shows, but for further numbers and the name of a parent', async () => {
    const { engine } = deployment(one);
    const [{ crmObject, fields }] = template.mappings;
    const suggested = suggestMapping(template.schema, await engine.describeFields(crmObject));
    const firstOf = (rule: AnyRule): string => [rule.crm].flat()[0] ?? '';
    const own = fields.filter((rule) => !firstOf(rule).includes('.')).map((rule) => [rule.field, firstOf(rule)]);
    expect(suggested.fields.map((rule) => [rule.field, firstOf(rule)]).filter(([field]) => field !== 'do_not_call')).toEqual(own);
  });

  it('fills every field of a person, and takes each edit back to the CRM', async () => {
    const { clock, crm, engine } = deployment(one);
    expect(await engine.pull()).toMatchObject({ status: 'done', counts: { created: 1, failed: 0 }, notes: [] });
    const [contact] = await engine.contacts.list();
    expect(contact?.fields).toEqual(PERSON);
    await engine.contacts.update(contact!.id, EDIT, { by: 'test' });
    expect(await engine.push()).toMatchObject({ status: 'done', counts: { updated: 1, failed: 0 } });
    expect(crm.record()).toMatchObject(one.pushed);
    clock.advance(60_000);
    expect((await engine.pull()).counts).toMatchObject({ created: 0, updated: 0, failed: 0 });
    const calls = crm.calls();
    expect((await engine.push()).counts.processed).toBe(0);
    expect(crm.calls()).toBe(calls);
  });

  it('takes people who have a mobile number only, or an email only', async () => {
    const { clock, crm, engine } = deployment(one);
    crm.add({ lastName: 'Baker', mobile: '(415) 555-0142' });
    crm.add({ lastName: 'Clark', email: 'clark@example.com' });
    clock.advance(60_000);
    expect((await engine.pull()).counts).toMatchObject({ created: 3, skipped: 0, failed: 0 });
    const { contact } = await engine.contacts.byPhone('+14155550142');
    expect(contact?.fields.last_name).toBe('Baker');
  });

  it('clears what may be blank there, and keeps what the CRM requires', async () => {
    const { clock, crm, engine } = deployment(one);
    await engine.pull();
    const [contact] = await engine.contacts.list();
    const cleared = { email: null, job_title: null, company_name: null };
    await engine.contacts.update(contact!.id, cleared, { by: 'test' });
    clock.advance(60_000);
    expect(await engine.push()).toMatchObject({ counts: { updated: 1, failed: 0 }, notes: [] });
    expect(crm.record()).toMatchObject(one.cleared);
  });

  it('makes a record for a contact that has none', async () => {
    const { clock, crm, engine } = deployment(one);
    const { contactId } = await engine.handleConversation(conversation({ phone: '+14155550142' }));
    expect(contactId).toEqual(expect.any(String));
    const fields = { first_name: 'Bob', last_name: 'Baker', company_name: 'Initech' };
    await engine.contacts.update(contactId ?? '', fields, { by: 'test' });
    clock.advance(60_000);
    expect(await engine.push({ createMissing: true })).toMatchObject({ counts: { created: 1, failed: 0 }, notes: [] });
    expect(crm.count()).toBe(2);
  });
});

it('the templates of several objects and CRMs share a schema, which fields of your own may join', async () => {
  const schema = defineContactSchema({ ...PERSON_FIELDS, vip: { type: 'boolean' } });
  const clock = manualClock(START);
  const crm = fakeSalesforce({ clock });
  crm.add('Contact', { LastName: 'Baker', Phone: '(415) 555-0142' });
  crm.add('Lead', { LastName: 'Smith', Phone: '(415) 555-0123', Company: 'Acme' });
  const connector = salesforce({ ...crm.options, clock });
  const engine = new CrmSyncEngine({
    ...{ workspace: 'acme', connection: 'acme-crm', store: memoryStore({ clock }), connector, clock, defaultCountry: 'US' },
    schema,
    mappings: [...contactTemplate.mappings, ...leadTemplate.mappings],
  });
  await engine.pull();
  expect((await engine.contacts.list()).map(({ fields }) => fields.last_name).sort()).toEqual(['Baker', 'Smith']);
  expect(hubspotContactTemplate.schema).toBe(contactTemplate.schema);
});
