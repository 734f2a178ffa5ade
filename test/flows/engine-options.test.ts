import { CrmSyncEngine, defineContactSchema, type EngineOptions, isCrmSyncError } from 'crm-sync-engine';
import { hubspot } from 'crm-sync-engine/hubspot';
import { accountTemplate, salesforce } from 'crm-sync-engine/salesforce';
import { conversation, fakeSalesforce, manualClock, memoryStore } from 'crm-sync-engine/testing';
import { describe, expect, it } from 'vitest';

const schema = defineContactSchema({ email: { type: 'string' } });
const mapping = { crmObject: 'Contact', fields: [{ crm: 'Phone', field: 'phone_number', direction: 'inbound' }] } as const;
const clock = manualClock('2026-01-05T09:00:00Z');
const crm = fakeSalesforce({ clock });
const OPTIONS: EngineOptions<typeof schema> = {
  workspace: 'acme',
  connection: 'acme-salesforce',
  schema,
  store: memoryStore({ clock }),
  connector: salesforce(crm.options),
  clock,
  mappings: [mapping],
};
/** As plain JavaScript gives it: nothing is checked before it runs. */
const engineWith = (options: Record<string, unknown>) => new CrmSyncEngine({ ...OPTIONS, ...options } as EngineOptions<typeof schema>);

function refusalOf(work: () => unknown) {
  try {
    work();
  } catch (error) {
    if (isCrmSyncError(error)) return error;
  }
  throw new Error('It was not refused.');
}

describe('an engine that is made', () => {
  it.each(['workspace', 'connection', 'schema', 'store'])('without `%s` says what to give', (name) => {
    expect(refusalOf(() => engineWith({ [name]: undefined }))).toMatchObject({
      code: 'missing_option',
      message: `\`${name}\` is missing.`,
      remedy: expect.stringContaining(`Give the engine a \`${name}\`: `),
    });
  });

  it('with the fields of a schema instead of the schema says what makes one', () => {
    expect(refusalOf(() => engineWith({ schema: { email: { type: 'string' } } })).remedy).toContain('`defineContactSchema`');
  });

  it('with the schema of companies in its place says what makes one of contacts', () => {
    expect(refusalOf(() => engineWith({ schema: accountTemplate.schema })).remedy).toContain('`defineContactSchema`');
  });

  it("with a rule that writes a parent's field names the rule that is the parent's", () => {
    const both = { crm: 'Account.Industry', field: 'email', direction: 'both' };
    const mappings = [{ ...mapping, fields: [...mapping.fields, both] }];
    const remedies = (companies: unknown) => refusalOf(() => engineWith({ mappings, companies })).issues.map(({ remedy }) => remedy);
    expect(remedies(accountTemplate)).toEqual([
      "Use direction 'inbound' here: `companies.mappings.0.fields.2` writes Industry, once the company is edited.",
    ]);
    expect(remedies(undefined)).toEqual(["Use direction 'inbound' here. To write Industry, map the parent itself in `companies`."]);
    expect(remedies({ mappings: 'none' })).toEqual(remedies(undefined));
  });

  it.each([
    [{ defaultCountry: 'USA' }, 'defaultCountry', 'unknown_country'],
    [{ timeZone: 'Mars/Olympus' }, 'timeZone', 'unknown_time_zone'],
    [{ activities: { calls: true } }, 'activities.calls', 'unknown_key'],
    [{ blockList: ['(415) 555-0123'] }, 'blockList.0', 'not_e164'],
    [{ unknownCaller: 'add' }, 'unknownCaller', 'unknown_value'],
    [{ defualtCountry: 'US' }, 'defualtCountry', 'unknown_key'],
    [{ mappings: [mapping, mapping] }, 'mappings.1.crmObject', 'duplicate_mapping'],
    [{ analysis: [{ from: 'mail', field: 'emial', mode: 'overwrite' }] }, 'analysis.0.field', 'unknown_field'],
  ])('with %j names the place', (options, path, code) => {
    const { issues } = refusalOf(() => engineWith(options));
    expect(issues.map((issue) => [issue.path.join('.'), issue.code])).toEqual([[path, code]]);
  });

  it('with every option at its right form is made', () => {
    const settings = {
      activities: { call: true },
      defaultCountry: 'US',
      timeZone: 'UTC',
      blockList: ['+14155550123'],
      owners: { a: '005' },
    };
    expect(engineWith({ ...settings, merger: undefined, ids: () => 'c1', leaseMs: 1_000, transforms: {} }).schema).toBe(schema);
  });
});

describe('a conversation that is none', () => {
  const broken = { ...conversation(), final: undefined, chanel: 'call' } as never;

  it.each(['handleConversation', 'applyAnalysis', 'logActivity'] as const)('is refused by %s, and not passed over', async (flow) => {
    const error = await engineWith({})
      [flow](broken)
      .catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'invalid_document' });
    expect((error as { issues: { path: string[] }[] }).issues.map(({ path }) => path[0]).toSorted()).toEqual(['chanel', 'final']);
  });

  it('is refused by a preview', async () => {
    await expect(engineWith({}).preview('handleConversation', { conversation: broken })).rejects.toMatchObject({
      code: 'invalid_document',
    });
  });
});

describe('a connector without a way to sign in', () => {
  it.each([
    ['salesforce', salesforce],
    ['hubspot', hubspot],
  ] as const)('is refused by %s when it is made', (_, connect) => {
    for (const auth of [undefined, 'pat-na1-4711'])
      expect(refusalOf(() => connect({ auth } as never))).toMatchObject({ code: 'invalid_option', message: "`auth` can't be used." });
  });
});
