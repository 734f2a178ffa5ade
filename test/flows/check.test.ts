import { type CompleteConnector, type CrmConnector, CrmSyncEngine, defineMapping, type Finding } from 'crm-sync-engine';
import { hubspot } from 'crm-sync-engine/hubspot';
import { salesforce } from 'crm-sync-engine/salesforce';
import { fakeHubSpot, fakeSalesforce, manualClock, memoryStore } from 'crm-sync-engine/testing';
import { describe, expect, it } from 'vitest';
import type { Call } from '../../src/ports/connector.ts';
import { dumpOf } from './harness.ts';
import { callsOf, contactMapping, deployment, schema } from './support.ts';

const codesOf = (findings: readonly Finding[]) => findings.map(({ level, code }) => `${level} ${code}`);
const problemsOf = (findings: readonly Finding[]) => findings.filter(({ level }) => level === 'warning' || level === 'error');
const KEY = { type: 'string', length: 255, externalId: true, unique: true } as const;

/** Tells of every call that the engine makes. */
const withCalls = (inner: CompleteConnector, tell: (call: Call) => void): CompleteConnector => ({
  ...inner,
  account(call) {
    tell(call);
    return inner.account(call);
  },
  describe(object, call) {
    tell(call);
    return inner.describe(object, call);
  },
  async check(query, call) {
    tell(call);
    return (await inner.check?.(query, call)) ?? [];
  },
});

/** Everything as the set-up pages ask for. */
function good() {
  const created = { ...contactMapping, create: { idField: 'Contact_Key__c', defaults: { LastName: 'Caller' } } };
  return deployment(
    { mappings: [created] },
    {
      integrationUser: true,
      fields: {
        Contact: {
          Lead_Status__c: { type: 'picklist', options: ['New', 'Working', 'Qualified'], restricted: true },
          Notes__c: { type: 'textarea', length: 32_000 },
          Contact_Key__c: KEY,
        },
        Task: { Conversation_Key__c: KEY },
      },
    },
  );
}

describe('check()', () => {
  it('of a good connection names the account and the user, and has no problem', async () => {
    const { engine } = good();
    const findings = await engine.check();
    expect(problemsOf(findings)).toEqual([]);
    expect(codesOf(findings)).toEqual([
      'ok account_known',
      'ok connected_as',
      'ok integration_user',
      'ok activity_creatable',
      'advice activity_key_not_unique',
      'ok api_calls_left',
      'ok mapping_fits',
      'ok id_field_unique',
    ]);
  });

  it('tells of a merge into what is no free text in the CRM', async () => {
    const { engineOf } = good();
    const engine = engineOf({ analysis: [{ from: 'customer_notes', field: 'email', mode: 'merge' }] });
    expect(problemsOf(await engine.check())).toMatchObject([{ code: 'merge_not_free_text', at: { object: 'Contact', field: 'Email' } }]);
  });

  it('goes before the background, since a person waits for it', async () => {
    const there = good();
    const seen = new Set<boolean>();
    const connector = withCalls(there.connectorOf(), (call) => void seen.add(call.interactive === true));
    await there.engineOf({ connector }).check();
    expect([...seen]).toEqual([true]);
  });

  it("looks at a parent's fields where they are, and calls no mapping fitting that lacks one", async () => {
    const { crm, engine } = good();
    crm.hideField('Account.Name');
    const findings = await engine.check();
    expect(problemsOf(findings)).toMatchObject([{ code: 'field_not_visible', at: { object: 'Contact', field: 'Account.Name' } }]);
    expect(codesOf(findings)).not.toContain('ok mapping_fits');
  });

  it('costs two calls and one for each object and parent, and changes nothing in the CRM or in the store', async () => {
    const there = good();
    there.crm.add('Contact', { LastName: 'Smith', Phone: '(415) 555-0123' });
    await there.engine.pull();
    const [records, stored] = [there.crm.list('Contact').map(({ fields }) => fields), await dumpOf(there.store)];
    expect(await callsOf(there.crm, () => there.engine.check())).toEqual(['limits', 'userinfo', 'describe', 'describe', 'describe']);
    expect(there.crm.list('Contact').map(({ fields }) => fields)).toEqual(records);
    expect(there.crm.list('Task')).toEqual([]);
    expect(await dumpOf(there.store)).toEqual(stored);
    const fresh = good();
    await fresh.engine.check();
    expect((await dumpOf(fresh.store)).entries['connection']).toEqual([]);
  });

  it('tells of a repair at once, whatever was described before', async () => {
    const { crm, engine } = good();
    crm.hideField('Contact.Notes__c');
    await engine.pull();
    expect(problemsOf(await engine.check())).toMatchObject([{ code: 'field_not_visible', at: { object: 'Contact', field: 'Notes__c' } }]);
    crm.showField('Contact.Notes__c');
    expect(problemsOf(await engine.check())).toEqual([]);
  });

  it('tells every problem at once', async () => {
    const { clock, store, crm } = good();
    crm.add('Contact', { LastName: 'Smith', Phone: '(415) 555-0123' });
    const other = fakeSalesforce({
      clock,
      orgId: '00DFk0000000002',
      denied: ['create Task', 'limits'],
      hidden: ['Contact.Phone'],
      dailyLimit: 10,
    });
    const { engineOf } = deployment({ store, mappings: [{ ...contactMapping, create: { idField: 'Title' } }] });
    await deployment({ store }).engine.pull();
    const findings = await engineOf({ connector: salesforce({ ...other.options, clock }) }).check();
    expect(problemsOf(findings).map(({ code, who, at: { field = '' } }) => [code, who, field])).toEqual([
      ['other_account', 'crm_user', ''],
      ['activity_not_creatable', 'crm_admin', ''],
      ['field_not_visible', 'crm_admin', 'Phone'],
      ['field_not_visible', 'crm_admin', 'Lead_Status__c'],
      ['field_not_visible', 'crm_admin', 'Notes__c'],
      ['match_key_unusable', 'crm_admin', ''],
      ['id_field_not_unique', 'crm_admin', 'Title'],
    ]);
    for (const { remedy } of findings) expect(remedy).toMatch(/^[A-Z].*\.$/);
  });

  it('of a paused connection says so, and looks at the rest', async () => {
    const { engine } = good();
    await engine.pause('maintenance');
    expect(codesOf(await engine.check())).toEqual(
      expect.arrayContaining(['error connection_paused', 'ok connected_as', 'ok mapping_fits']),
    );
  });

  it('holds no token and no value of a record', async () => {
    const { crm, engine } = good();
    crm.add('Contact', { FirstName: 'Alice', LastName: 'Smith', Phone: '(415) 555-0123', Email: 'alice@example.com' });
    await engine.pull();
    expect(JSON.stringify(await engine.check())).not.toMatch(/Alice|Smith|555|alice@|fake\.session/);
  });

  it('ends with the reason of its signal', async () => {
    await expect(good().engine.check({ signal: AbortSignal.abort(new Error('enough')) })).rejects.toThrow('enough');
  });
});

describe('check() where something is missing', () => {
  it('a connector without a check of its own: the mappings are checked all the same', async () => {
    const there = good();
    const { check: _, ...connector } = there.connectorOf();
    expect(codesOf(await there.engineOf({ connector }).check())).toEqual(['ok account_known', 'ok mapping_fits', 'ok id_field_unique']);
  });

  it('no connector: one finding', async () => {
    const { store, clock } = good();
    const engine = new CrmSyncEngine({ workspace: 'acme', connection: 'acme-none', schema, store, clock, mappings: [contactMapping] });
    expect(await engine.check()).toMatchObject([{ level: 'error', code: 'no_connector', who: 'developer' }]);
  });

  const PARTS = ['account', 'describe', 'check'] as const;
  it.each(PARTS)('a connector whose %s throws hides nothing else', async (part) => {
    const there = good();
    const broken = async () => {
      throw new Error('Tel. +14155550123');
    };
    const connector: CrmConnector = { ...there.connectorOf(), [part]: broken };
    const findings = await there.engineOf({ connector }).check();
    expect(problemsOf(findings)).toMatchObject([{ code: 'unexpected', who: 'developer' }]);
    const rest = { account: 'ok account_known', describe: 'ok mapping_fits', check: 'ok connected_as' };
    for (const other of PARTS) expect(codesOf(findings).includes(rest[other])).toBe(other !== part);
    expect(JSON.stringify(findings)).not.toContain('555');
  });

  it('a store that fails: the CRM is checked all the same', async () => {
    const there = good();
    const store = {
      specVersion: 1 as const,
      bind: (scope: Parameters<typeof there.store.bind>[0]) => ({
        ...there.store.bind(scope),
        entries: () => Promise.reject(new Error('disk')),
      }),
    };
    expect(codesOf(await there.engineOf({ store }).check())).toEqual(
      expect.arrayContaining(['error unexpected', 'ok connected_as', 'ok mapping_fits']),
    );
  });
});

describe('check() of HubSpot', () => {
  const mapping = defineMapping(schema, {
    crmObject: 'contacts',
    fields: [
      { crm: 'phone', field: 'phone_number', direction: 'inbound' },
      { crm: 'firstname', field: 'first_name', direction: 'both' },
      { crm: 'hs_lead_status', field: 'lead_status', direction: 'both', valueMap: { NEW: 'New', OPEN: 'Working', CONNECTED: 'Qualified' } },
    ],
    create: { idField: 'contact_key' },
  });
  function portal(options: Parameters<typeof fakeHubSpot>[0] = {}) {
    const clock = manualClock('2026-01-05T09:00:00Z');
    const properties = {
      contacts: {
        contact_key: { type: 'string', hasUniqueValue: true },
        hs_lead_status: { type: 'enumeration', options: ['NEW', 'OPEN', 'CONNECTED'] },
      },
    } as const;
    const crm = fakeHubSpot({ clock, app: 'private', properties, ...options });
    const engine = new CrmSyncEngine({
      workspace: 'acme',
      connection: 'acme-hubspot',
      schema,
      mappings: [mapping],
      activities: { call: true },
      store: memoryStore({ clock }),
      connector: hubspot({ ...crm.options, clock }),
      clock,
    });
    return { crm, engine };
  }

  it('has no problem where all is well, for seven calls', async () => {
    const { crm, engine } = portal();
    const findings = await engine.check();
    expect(problemsOf(findings)).toEqual([]);
    expect(codesOf(findings)).toEqual(
      expect.arrayContaining(['ok connected_as', 'ok scope_read', 'ok scope_write', 'ok mapping_fits', 'ok id_field_unique']),
    );
    expect(crm.calls.map(({ operation }) => operation)).toEqual([
      'account',
      'list contacts',
      'update contacts',
      'validations contacts',
      'update calls',
      'properties calls',
      'properties contacts',
    ]);
  });

  it('asks for a name or an address where records are created', async () => {
    const { crm } = portal();
    const withoutName = { ...mapping, fields: mapping.fields.filter(({ field }) => field !== 'first_name') };
    const clock = manualClock('2026-01-05T09:00:00Z');
    const engine = new CrmSyncEngine({
      workspace: 'acme',
      connection: 'acme-hubspot',
      schema,
      mappings: [withoutName],
      store: memoryStore({ clock }),
      connector: hubspot({ ...crm.options, clock }),
      clock,
    });
    expect(problemsOf(await engine.check())).toMatchObject([
      { code: 'required_field_not_mapped', message: expect.stringContaining('`email`, `firstname`, `lastname`') },
    ]);
  });

  it('lists the scopes that are missing, and checks what it can all the same', async () => {
    const { engine } = portal({ scopes: ['oauth', 'crm.schemas.contacts.read', 'crm.objects.contacts.read'] });
    const findings = await engine.check();
    expect(problemsOf(findings).map(({ code, at, remedy }) => [code, at.object, remedy.includes('crm.objects.contacts.write')])).toEqual([
      ['missing_scopes', 'contacts', true],
      ['missing_scopes', 'calls', true],
    ]);
    expect(codesOf(findings)).toContain('ok mapping_fits');
  });
});
