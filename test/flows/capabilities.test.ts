import {
  type Capabilities,
  type Capability,
  type CompleteConnector,
  type CrmConnector,
  CrmSyncEngine,
  capabilitiesOf,
  type EngineOptions,
  isCrmSyncError,
  parseLogForm,
} from 'crm-sync-engine';
import { conversation, memoryStore } from 'crm-sync-engine/testing';
import { describe, expect, it } from 'vitest';
import { requireCapability } from '../../src/engine/capability.ts';
import { connectorAround } from './harness.ts';
import { analysis, deployment, schema } from './support.ts';

type Engine = CrmSyncEngine<typeof schema>;
type Mapping = NonNullable<EngineOptions<typeof schema>['mappings']>[number];

const INBOUND: Mapping = {
  crmObject: 'Contact',
  fields: [
    { crm: 'Phone', field: 'phone_number', direction: 'inbound' },
    { crm: 'FirstName', field: 'first_name', direction: 'inbound' },
  ],
};
const BY_EMAIL: Mapping = { crmObject: 'Lead', matchKey: 'email', fields: [{ crm: 'Email', field: 'email', direction: 'inbound' }] };
const withRule = (rule: Mapping['fields'][number]): Mapping => ({ ...INBOUND, fields: [...INBOUND.fields, rule] });

type Lacking = { readonly method?: 'find' | 'write' | 'activityRecord' | 'related' | 'owners'; readonly flag?: keyof Capabilities };
const WITHOUT: Readonly<Record<Capability, readonly Lacking[]>> = {
  write: [{ method: 'write' }],
  create: [{ flag: 'creates' }, { method: 'write' }],
  find: [{ method: 'find' }],
  'find by phone': [{ flag: 'findsBy' }],
  'find by email': [{ flag: 'findsBy' }],
  parents: [{ flag: 'parents' }],
  activities: [{ method: 'activityRecord' }],
  associations: [{ method: 'related' }],
  owners: [{ method: 'owners' }],
};

/** What only makes sense with a method or a flag goes with it, as an author of the connector would have it. */
const GOES_TOO: Readonly<Record<string, readonly string[]>> = {
  write: ['activityRecord', 'creates', 'writeBatchMax', 'requestTimeoutMs', 'settleMs', 'activity', 'reties'],
  find: ['activityRecord', 'findsBy', 'activity', 'reties'],
  activityRecord: ['activity', 'reties'],
  related: ['relatedBatchMax', 'relatedFields'],
};

/** A deployment whose connector lacks something, and counts every call of it. */
function lacking({ method, flag }: Lacking) {
  const there = deployment();
  const calls: string[] = [];
  const counted = connectorAround(there.connectorOf(), (name, call) => {
    calls.push(name);
    return call();
  });
  const gone = [method, flag].flatMap((name) => (name === undefined ? [] : [name, ...(GOES_TOO[name] ?? [])]));
  const without = <T extends object>(members: T): T =>
    Object.fromEntries(Object.entries(members).filter(([name]) => !gone.includes(name))) as T;
  const connector: CrmConnector = { ...without(counted), capabilities: without<Capabilities>(counted.capabilities) };
  const engineOf = (options: Partial<EngineOptions<typeof schema>> = {}): Engine =>
    there.engineOf({ connector, mappings: [INBOUND, BY_EMAIL], activities: {}, ...options });
  return { ...there, calls, connector, engineOf };
}

const errorOf = async (work: () => unknown): Promise<unknown> => {
  try {
    await work();
    return null;
  } catch (error) {
    return error;
  }
};

const DEAL = parseLogForm({
  kind: 'call',
  fields: [{ key: 'deal', title: 'Deal', type: 'selection', options: { association: 'deals' } }],
});
const call = conversation({ phone: '+14155550123', analysis: { customer_notes: 'Wants a demo' } });

/** What asks for each capability: settings, by the path of what is refused, and calls, by the name they are refused by. */
const SETTINGS: Readonly<Record<Capability, Readonly<Record<string, Partial<EngineOptions<typeof schema>>>>>> = {
  write: {
    'mappings.0.fields.2.direction': { mappings: [withRule({ crm: 'Email', field: 'email', direction: 'both' })] },
    'mappings.1.fields.0.direction': {
      mappings: [INBOUND, { crmObject: 'Lead', fields: [{ crm: 'Email', field: 'email', direction: 'outbound' }] }],
    },
  },
  create: { 'mappings.0.create': { mappings: [{ ...INBOUND, create: { defaults: { LastName: 'Unknown' } } }] } },
  find: {},
  'find by phone': {},
  'find by email': {},
  parents: {
    'mappings.0.fields.2.crm': { mappings: [withRule({ crm: 'Account.Name', field: 'company_name', direction: 'inbound' })] },
    'mappings.0.fields.2.crm.1': {
      mappings: [withRule({ crm: ['Company', 'Account.Name'], field: 'company_name', direction: 'inbound' })],
    },
    'mappings.0.filter': { mappings: [{ ...INBOUND, filter: { not: { field: 'Account.Name', blank: true } } }] },
  },
  activities: { 'activities.call': { activities: { call: true, sms: false } }, 'activities.whatsapp': { activities: { whatsapp: true } } },
  associations: {},
  owners: {},
};
const CALLS: Readonly<Record<Capability, Readonly<Record<string, (engine: Engine) => Promise<unknown>>>>> = {
  write: {
    'push()': (engine) => engine.push(),
    'push() of a contact': (engine) => engine.push({ contactIds: ['1'] }),
    'preview of a push': (engine) => engine.preview('push'),
  },
  create: { 'push({ createMissing })': (engine) => engine.push({ createMissing: true }) },
  find: { 'push({ createMissing })': (engine) => engine.push({ createMissing: true }) },
  'find by phone': { 'push({ createMissing })': (engine) => engine.push({ createMissing: true }) },
  'find by email': {
    'push({ createMissing })': (engine) => engine.push({ createMissing: 'Lead' }),
  },
  parents: {},
  associations: { 'lookUp({ forms })': (engine) => engine.lookUp('+14155550123', { forms: [DEAL] }) },
  owners: { 'owners()': (engine) => engine.owners() },
  activities: {
    'logActivity()': (engine) => engine.logActivity(call),
    'preview of logActivity()': (engine) => engine.preview('logActivity', { conversation: call }),
  },
};

const ROWS = Object.entries(WITHOUT).flatMap(([capability, ways]) => ways.map((way) => [capability as Capability, way] as const));

describe.each(ROWS)('a connector without `%s` (%o)', (capability, way) => {
  it.each(Object.entries(SETTINGS[capability]))('is refused %s, by the constructor and by name', async (path, settings) => {
    const { engineOf, calls } = lacking(way);
    const error = await errorOf(() => engineOf(settings));
    expect(error).toMatchObject({
      code: 'capability_missing',
      category: 'configuration',
      issues: [{ path: path.split('.').map((part) => (/^\d+$/.test(part) ? Number(part) : part)), code: 'capability_missing' }],
    });
    expect((error as Error).message).toContain(`\`${capability}\``);
    expect(calls).toEqual([]);
    expect(() => deployment().engineOf(settings)).not.toThrow(); // with a connector that has everything
  });

  it.each(Object.entries(CALLS[capability]))('is refused %s before anything is asked of the CRM', async (_, ask) => {
    const { engineOf, calls } = lacking(way);
    const engine = engineOf();
    const error = await errorOf(() => ask(engine));
    expect(error).toMatchObject({ code: 'capability_missing', category: 'configuration', retryable: false });
    expect((error as Error).message).toContain(`\`${capability}\``);
    expect(calls).toEqual([]);
    expect(await engine.runs.list()).toEqual([]); // refused, not failed
  });

  it('is refused what a flow requires of it, naming the flow and what to have', async () => {
    const { connector } = lacking(way);
    const can = capabilitiesOf(connector);
    const error = await errorOf(() => requireCapability({ can, connector }, capability, 'push({ createMissing: true })'));
    expect(isCrmSyncError(error) && error.message).toBe(
      `\`push({ createMissing: true })\` needs the capability \`${capability}\`, which the connector salesforce lacks.`,
    );
    const complete = { can: capabilitiesOf({ ...deployment().connectorOf(), async *related() {} }), connector };
    expect(() => requireCapability(complete, capability, 'push()')).not.toThrow();
  });

  it('pulls all the same', async () => {
    const { engineOf, crm } = lacking(way);
    const { id } = crm.add('Contact', { LastName: 'Smith', Phone: '+14155550123' });
    expect(await engineOf().pull()).toMatchObject({ status: 'done', counts: { created: 1 } });
    crm.edit(id, { FirstName: 'Alice' });
    expect(await engineOf().pull({ records: [{ object: 'Contact', id }] })).toMatchObject({ status: 'done', counts: { updated: 1 } });
    expect(await engineOf().sync()).toMatchObject({ status: 'done', errors: [] });
  });
});

describe('settings that ask for several things', () => {
  it('are refused for all of them at once', async () => {
    const { engineOf } = lacking({ method: 'write', flag: 'parents' });
    const error = await errorOf(() =>
      engineOf({
        mappings: [
          withRule({ crm: 'Account.Name', field: 'company_name', direction: 'inbound' }),
          { ...INBOUND, crmObject: 'Lead', create: {} },
        ],
        activities: { call: true },
      }),
    );
    expect((error as { issues: { path: unknown[] }[] }).issues.map(({ path }) => path.join('.'))).toEqual([
      'mappings.0.fields.2.crm',
      'mappings.1.create',
      'activities.call',
    ]);
  });
});

describe('a finished conversation', () => {
  it('is applied where the connector only reads; what it can not do is left out, with a reason', async () => {
    const { engineOf, crm, calls } = lacking({ method: 'write' });
    crm.add('Contact', { LastName: 'Smith', Phone: '+14155550123' });
    const engine = engineOf({ analysis });
    await engine.pull();
    calls.length = 0;
    const { complete, steps } = await engine.handleConversation(call);
    expect(complete).toBe(true);
    expect(steps).toMatchObject({
      analysis: { status: 'done' },
      push: { status: 'disabled', reason: 'capability_missing' },
      activity: { status: 'disabled', reason: 'capability_missing' },
    });
    expect(steps.push.remedy).toContain('`write`');
    expect(steps.activity.remedy).toContain('`activityRecord`');
    expect(calls).toEqual([]);
  });

  it('is pushed and not logged where the connector only lacks activities', async () => {
    const { engineOf, crm } = lacking({ method: 'activityRecord' });
    const { id } = crm.add('Contact', { LastName: 'Smith', Phone: '+14155550123' });
    const engine = engineOf({
      analysis,
      mappings: [withRule({ crm: 'Notes__c', field: 'interaction_summary', direction: 'outbound' })],
    });
    await engine.pull();
    const { steps } = await engine.handleConversation(call);
    expect(steps).toMatchObject({ push: { status: 'done' }, activity: { status: 'disabled', reason: 'capability_missing' } });
    expect(crm.record(id).fields['Notes__c']).toContain('Wants a demo');
    expect(crm.list('Task')).toEqual([]);
  });
});

/** What must come with what, by the path of what is missing. */
const TOGETHER: Readonly<Record<string, (complete: CompleteConnector) => Partial<CrmConnector>>> = {
  'capabilities.writeBatchMax': ({ write }) => ({ write }),
  'capabilities.requestTimeoutMs': ({ write }) => ({ write }),
  'capabilities.settleMs': ({ write }) => ({ write }),
  write: ({ activityRecord }) => ({ activityRecord }),
  find: ({ activityRecord }) => ({ activityRecord }),
  'capabilities.activity': ({ activityRecord }) => ({ activityRecord }),
  'capabilities.bulk': ({ write }) => ({ writeBulk: write }),
  'capabilities.relatedBatchMax': () => ({ async *related() {} }),
  related: () => ({ capabilities: { fetchBatchMax: 1, relatedBatchMax: 1 } }),
  writeBulk: () => ({ capabilities: { fetchBatchMax: 1, bulk: { min: 1, max: 1, timeoutMs: 1 } } }),
};

describe('a connector that contradicts itself is refused, naming', () => {
  it.each(Object.entries(TOGETHER))('%s', async (path, half) => {
    const { connectorOf } = deployment();
    const { account, describe: described, read, fetch, ...rest } = connectorOf();
    const connector: CrmConnector = {
      specVersion: 1,
      provider: 'half',
      capabilities: { fetchBatchMax: 1 },
      account,
      describe: described,
      read,
      fetch,
      ...half({ account, describe: described, read, fetch, ...rest }),
    };
    const error = await errorOf(() => new CrmSyncEngine({ workspace: 'w', connection: 'c', schema, store: memoryStore(), connector }));
    expect(error).toMatchObject({ code: 'incomplete_connector', category: 'configuration' });
    expect((error as { issues: { path: unknown[] }[] }).issues.map((issue) => issue.path.join('.'))).toContain(path);
  });

  it('`write` or `find` where a capability says what it does', async () => {
    const { engineOf } = deployment();
    const { account, describe: described, read, fetch, provider } = deployment().connectorOf();
    const capabilities: Capabilities = { fetchBatchMax: 1, creates: true, findsBy: ['$phone'] };
    const connector: CrmConnector = { specVersion: 1, provider, capabilities, account, describe: described, read, fetch };
    const error = await errorOf(() => engineOf({ connector, mappings: [] }));
    expect((error as { issues: { path: unknown[] }[] }).issues.map((issue) => issue.path)).toEqual([['write'], ['find']]);
  });
});

/** A host's connector may be an instance of a class. */
class ReadOnlyCrm implements CrmConnector {
  readonly specVersion = 1;
  readonly provider = 'class';
  readonly capabilities = { fetchBatchMax: 10, findsBy: ['$phone'] } as const;
  readonly #inner = deployment().connectorOf();
  account: CrmConnector['account'] = (request) => this.#inner.account(request);
  describe(object: string, request: Parameters<CrmConnector['describe']>[1]) {
    return this.#inner.describe(object, request);
  }
  read(...query: Parameters<CrmConnector['read']>) {
    return this.#inner.read(...query);
  }
  fetch(...query: Parameters<CrmConnector['fetch']>) {
    return this.#inner.fetch(...query);
  }
  find(...query: Parameters<CompleteConnector['find']>) {
    return this.#inner.find(...query);
  }
}

it('a connector that is an instance of a class keeps its methods and its private fields', async () => {
  const engine = deployment().engineOf({ connector: new ReadOnlyCrm(), mappings: [INBOUND], activities: {} });
  expect(await engine.pull()).toMatchObject({ status: 'done' });
  expect((await engine.describeFields('Contact')).length).toBeGreaterThan(0);
});
