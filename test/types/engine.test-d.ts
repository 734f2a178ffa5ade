import { describe, expectTypeOf, test } from 'vitest';
import { createHubSpotApp, hubspot } from '../../src/hubspot.ts';
import {
  type CompleteConnector,
  type ConnectionSettings,
  type ContactStore,
  type CrmConnector,
  CrmSyncEngine,
  chooseMatch,
  defineAnalysis,
  defineContactSchema,
  defineMapping,
  type FormMatch,
  type Match,
  parseContactSchema,
  parseSettings,
} from '../../src/index.ts';
import { createSalesforceApp, salesforce, type TokenStore, type Tokens } from '../../src/salesforce.ts';

declare const store: ContactStore;
declare const connector: CrmConnector;
const schema = defineContactSchema({
  lead_source: { type: 'enum', options: ['Web', 'Phone', 'Partner'] },
  email: { type: 'string' },
  score: { type: 'number' },
});
const parts = { workspace: 'acme', connection: 'acme-salesforce', store, connector } as const;

describe('the engine takes the schema, and everything else is typed by it', () => {
  test('inline', () => {
    const engine = new CrmSyncEngine({
      ...parts,
      schema,
      mappings: [
        {
          crmObject: 'Contact',
          fields: [
            { crm: 'Phone', field: 'phone_number', direction: 'inbound' },
            { crm: 'LeadSource', field: 'lead_source', direction: 'both', conflict: 'newest' },
            { crm: 'Email', field: 'email', direction: 'outbound' },
          ],
        },
      ],
      analysis: [
        { from: 'source', field: 'lead_source', mode: 'overwrite' },
        { from: 'email', field: 'email', mode: 'merge' },
      ],
    });
    expectTypeOf(engine).toEqualTypeOf<CrmSyncEngine<typeof schema>>();
    expectTypeOf(engine.schema).toEqualTypeOf<typeof schema>();
  });

  test('a mistake is an error on its property', () => {
    new CrmSyncEngine({
      ...parts,
      schema,
      mappings: [
        {
          crmObject: 'Contact',
          fields: [
            {
              crm: 'Email',
              // @ts-expect-error misspelt field
              field: 'emial',
              direction: 'inbound',
            },
            // @ts-expect-error an outbound rule has nothing to decide
            { crm: 'Email', field: 'email', direction: 'outbound', conflict: 'crm' },
          ],
        },
      ],
      analysis: [
        // @ts-expect-error a number cannot be merged
        { from: 'score', field: 'score', mode: 'merge' },
        // @ts-expect-error the phone number is no target
        { from: 'phone', field: 'phone_number', mode: 'overwrite' },
      ],
    });
  });

  test('defined beside it', () => {
    const mapping = defineMapping(schema, { crmObject: 'Contact', fields: [{ crm: 'Email', field: 'email', direction: 'both' }] });
    const analysis = defineAnalysis(schema, [{ from: 'email', field: 'email', mode: 'fill_if_empty' }]);
    const options = { ...parts, schema, mappings: [mapping], analysis };
    let engine: CrmSyncEngine<typeof schema>;
    engine = new CrmSyncEngine(options);
    expectTypeOf(engine).toEqualTypeOf<CrmSyncEngine<typeof schema>>();
    const other = defineContactSchema({ email: { type: 'string' }, age: { type: 'number' } });
    const foreign = defineMapping(other, { crmObject: 'Contact', fields: [{ crm: 'Age', field: 'age', direction: 'both' }] });
    // @ts-expect-error a mapping of another schema
    engine = new CrmSyncEngine({ ...parts, schema, mappings: [foreign] });
  });
});

describe('a connector', () => {
  const { account, describe: described, read, fetch } = connector;
  const four = { specVersion: 1, provider: 'own', account, describe: described, read, fetch } as const;
  test('needs four methods and the size of a fetch', () => {
    new CrmSyncEngine({ ...parts, schema, connector: { ...four, capabilities: { fetchBatchMax: 1 } } });
    // @ts-expect-error what is not known can't be kept to
    new CrmSyncEngine({ ...parts, schema, connector: { ...four, capabilities: {} } });
    const { fetch: _, ...three } = four;
    // @ts-expect-error nothing works without it
    new CrmSyncEngine({ ...parts, schema, connector: { ...three, capabilities: { fetchBatchMax: 1 } } });
  });

  test('of the box has every method', () => {
    expectTypeOf(salesforce).returns.toEqualTypeOf<CompleteConnector>();
    expectTypeOf(hubspot).returns.toEqualTypeOf<CompleteConnector>();
    expectTypeOf<CompleteConnector>().toExtend<CrmConnector>();
    expectTypeOf<CompleteConnector['capabilities']['writeBatchMax']>().toEqualTypeOf<number>();
  });
});

describe('the apps of a host with many accounts', () => {
  const apps = {
    salesforce: createSalesforceApp({ clientId: 'sf', clientSecret: 'sf-secret' }),
    hubspot: createHubSpotApp({ clientId: 'hs', clientSecret: 'hs-secret' }),
  };
  interface ConnectionRow {
    readonly id: string;
    readonly workspace: string;
    readonly crm: 'salesforce' | 'hubspot';
    readonly account: string;
  }
  const row = {} as ConnectionRow;
  const tokens = {} as TokenStore;

  test('connect by the name of the CRM, in one call that waits for nothing', () => {
    const connect = () => apps[row.crm].connect({ account: row.account, tokens, apiCallsPerDay: 20_000, reserve: 2_000 });
    expectTypeOf(connect).returns.toEqualTypeOf<CompleteConnector>();
    const engineOf = (): CrmSyncEngine<typeof schema> =>
      new CrmSyncEngine({ store, schema, workspace: row.workspace, connection: row.id, connector: connect(), mappings: [] });
    expectTypeOf(engineOf).returns.toEqualTypeOf<CrmSyncEngine<typeof schema>>();
  });

  test('go through OAuth by the name of the CRM', () => {
    const route = async (callback: string) => {
      const app = apps[row.crm];
      const { url, ...kept } = app.authorizeUrl();
      const granted = await app.exchangeCode({ callback, ...kept });
      await app.revoke(granted);
      return { url, granted };
    };
    expectTypeOf(route).returns.resolves.toEqualTypeOf<{ url: string; granted: Tokens }>();
  });

  test('need an account and a place for its tokens', () => {
    // @ts-expect-error whose account it is can't be guessed
    void (() => apps[row.crm].connect({ tokens }));
    // @ts-expect-error tokens would be lost with the process
    void (() => apps[row.crm].connect({ account: row.account }));
  });

  test('take no place for a token from the settings of a tenant', () => {
    const settings = { instanceUrl: 'https://evil.example.com' };
    // @ts-expect-error it comes with the tokens alone
    void (() => apps.salesforce.connect({ ...settings, account: row.account, tokens }));
  });

  test('take what only one CRM knows once it is known which', () => {
    const connect = () =>
      row.crm === 'salesforce'
        ? apps.salesforce.connect({ account: row.account, tokens, loginUrl: 'https://test.salesforce.com' })
        : apps.hubspot.connect({ account: row.account, tokens, chatAs: 'note' });
    expectTypeOf(connect).returns.toEqualTypeOf<CompleteConnector>();
    // @ts-expect-error HubSpot has one place to sign in
    void (() => apps.hubspot.connect({ account: row.account, tokens, loginUrl: 'https://test.salesforce.com' }));
  });
});

describe('a schema from JSON', () => {
  const untyped = parseContactSchema({ fields: {} });
  test('makes an engine whose rules are checked at run time', () => {
    const engine: CrmSyncEngine = new CrmSyncEngine({
      ...parts,
      schema: untyped,
      mappings: [{ crmObject: 'Contact', fields: [{ crm: 'Email', field: 'email', direction: 'both', conflict: 'newest' }] }],
      analysis: [{ from: 'notes', field: 'notes', mode: 'merge' }],
    });
    expectTypeOf(engine).toEqualTypeOf<CrmSyncEngine>();
  });

  test('brings its settings along, whatever is live beside them', () => {
    const engine: CrmSyncEngine = new CrmSyncEngine({ ...parts, schema: untyped, ...parseSettings(untyped, { mappings: [] }) });
    expectTypeOf(engine.schema).toBeAny();
    const anywhere = (settings: ConnectionSettings) => settings;
    expectTypeOf(anywhere).toBeCallableWith(parseSettings(schema, {}));
  });

  test('and a typed engine fits where any engine is wanted', () => {
    expectTypeOf<CrmSyncEngine<typeof schema>>().toExtend<CrmSyncEngine>();
  });
});

describe('a look-up', () => {
  test('gives contacts as the schema has them, and what a form takes as its match', async () => {
    const engine = new CrmSyncEngine({ ...parts, schema });
    const [match] = await engine.lookUp('+14155550123', { objects: ['Contact', 'Lead'] });
    expectTypeOf(match?.contact?.fields.score).toEqualTypeOf<number | null | undefined>();
    expectTypeOf<Match<typeof schema>>().toExtend<FormMatch>();
    expectTypeOf<Match<typeof schema>>().toExtend<Match>();
    expectTypeOf(chooseMatch(await engine.lookUp('1'), 'ask').match).toEqualTypeOf<Match<typeof schema> | null>();
  });
});
