import { test } from '@fast-check/vitest';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseLogForm } from '../../../../src/core/forms/define-log-form.ts';
import { FORM_CONTEXTS, type FormContext, type LoadedOption, type SeveralPolicy } from '../../../../src/core/forms/log-form.ts';
import { type ResolveInput, resolveLogForm } from '../../../../src/core/forms/resolve-log-form.ts';
import { told } from '../told.ts';

const RENEWAL: LoadedOption = { const: 'd1', title: 'Renewal', createdAt: '2026-01-02T00:00:00Z', updatedAt: '2026-03-01T00:00:00Z' };
const EXPANSION: LoadedOption = { const: 'd2', title: 'expansion', createdAt: '2026-01-01T00:00:00Z', updatedAt: '2026-02-01T00:00:00Z' };
const CLOSED: LoadedOption = {
  const: 'd3',
  title: 'A first deal',
  open: false,
  createdAt: '2020-01-01T00:00:00Z',
  updatedAt: '2026-05-01T00:00:00Z',
};
const match = (deals: readonly LoadedOption[]) => ({ record: { object: 'contacts', recordId: '1' }, options: { deals } });
const deal = (more: object = {}) =>
  parseLogForm({ kind: 'call', fields: [{ key: 'deal', title: 'Deal', type: 'selection', options: { association: 'deals' }, ...more }] });
const call = (input: Partial<ResolveInput> = {}): ResolveInput => ({ context: 'inboundCall', ...input });
const one = (form: ReturnType<typeof deal>, input: Partial<ResolveInput>) => {
  const { values, sources, questions } = resolveLogForm(form, call(input));
  return [values['deal'], sources['deal'], questions.map(({ code }) => code)];
};

describe('several options', () => {
  const EXPECTED: Record<SeveralPolicy, readonly unknown[]> = {
    ask: [null, null, ['several_options']],
    skip: [null, null, []],
    last_updated: ['d1', 'policy', []],
    alphabetical: ['d2', 'policy', []],
    earliest_created: ['d2', 'policy', []],
  };
  it.each(Object.entries(EXPECTED))('under %s', (whenSeveral, expected) => {
    expect(one(deal({ whenSeveral }), { match: match([RENEWAL, EXPANSION]) })).toEqual(expected);
    expect(one(deal({ whenSeveral }), { match: match([EXPANSION, RENEWAL]) })).toEqual(expected);
  });

  it.each([
    ['last_updated', [RENEWAL, { const: 'x', title: 'X' }]],
    ['last_updated', [RENEWAL, { ...EXPANSION, updatedAt: RENEWAL.updatedAt! }]],
    ['earliest_created', [RENEWAL, { ...EXPANSION, createdAt: 'yesterday' }]],
    ['alphabetical', [RENEWAL, { ...EXPANSION, title: ' RENEWAL' }]],
  ] as const)('%s asks where it cannot tell', (whenSeveral, deals) => {
    expect(one(deal({ whenSeveral }), { match: match(deals) })).toEqual([null, null, ['policy_undecided']]);
  });

  it('one is taken, none is nothing', () => {
    expect(one(deal(), { match: match([RENEWAL]) })).toEqual(['d1', 'single_option', []]);
    expect(one(deal(), { match: match([]) })).toEqual([null, null, []]);
    expect(one(deal(), { match: null })).toEqual([null, null, []]);
  });

  it('given twice are one, and the same one whichever comes first', () => {
    const elsewhere = { const: 'd1', title: 'Renewal, as it is called elsewhere' };
    const titles = (deals: readonly LoadedOption[]) =>
      resolveLogForm(deal(), call({ match: match(deals) })).fields[0]!.options!.map(({ title }) => title);
    expect(one(deal(), { match: match([RENEWAL, elsewhere]) })).toEqual(['d1', 'single_option', []]);
    expect(titles([RENEWAL, elsewhere])).toEqual(['Renewal']);
    expect(titles([elsewhere, RENEWAL])).toEqual(['Renewal']);
  });

  it('open ones stand first, and a closed one is chosen only where none is open', () => {
    const openFirst = (whenSeveral: string) => deal({ whenSeveral, options: { association: 'deals', openFirst: true } });
    const { fields, questions } = resolveLogForm(openFirst('ask'), call({ match: match([CLOSED, RENEWAL, EXPANSION]) }));
    expect(fields[0]!.options!.map((option) => option.const)).toEqual(['d1', 'd2', 'd3']);
    expect(questions[0]!.options.map((option) => option.const)).toEqual(['d1', 'd2', 'd3']);
    expect(one(openFirst('last_updated'), { match: match([CLOSED, RENEWAL, EXPANSION]) })).toEqual(['d1', 'policy', []]);
    expect(
      one(openFirst('last_updated'), { match: match([CLOSED, { ...CLOSED, const: 'd4', updatedAt: '2026-06-01T00:00:00Z' }]) }),
    ).toEqual(['d4', 'policy', []]);
    expect(one(deal({ whenSeveral: 'last_updated' }), { match: match([CLOSED, RENEWAL]) })).toEqual(['d3', 'policy', []]);
  });

  it('of several fields ask at once, whatever is decided elsewhere', () => {
    const form = parseLogForm({
      kind: 'call',
      fields: ['a', 'b', 'c'].map((key) => ({ key, title: key, type: 'selection', contactDependent: true })),
    });
    const options = { a: [RENEWAL, EXPANSION], b: [RENEWAL], c: [RENEWAL, CLOSED] };
    const { questions, values } = resolveLogForm(form, call({ match: { options } }));
    expect(questions.map(({ field }) => field)).toEqual(['a', 'c']);
    expect(values).toEqual({ a: null, b: 'd1', c: null });
  });
});

describe('defaults', () => {
  const BILLABLE = [
    { const: 'billable', title: 'Billable' },
    { const: 'pro_bono', title: 'Pro bono work' },
  ];
  const settings = { defaultSettingId: 'general', defaultSettingValues: { inboundCall: { settingId: 'inbound' } } };
  const form = deal({ options: BILLABLE, ...settings, whenSeveral: 'skip' });

  const EXPECTED: Record<FormContext, string> = {
    inboundCall: 'pro_bono',
    outboundCall: 'billable',
    message: 'billable',
    voicemail: 'billable',
    fax: 'billable',
  };
  it.each(FORM_CONTEXTS)('%s: its own setting wins over the general one', (context) => {
    const resolved = resolveLogForm(form, { context, settings: { general: 'billable', inbound: 'pro_bono' } });
    expect(resolved.values['deal']).toBe(EXPECTED[context]);
    expect(resolved.sources['deal']).toBe('setting');
  });

  it.each([
    ['no setting', {}, null, null],
    ['a context without one of its own', { inbound: '' }, null, null],
    ['the general one', { general: 'billable', inbound: ' ' }, 'billable', 'setting'],
    ['case and spaces', { inbound: 'ProBono Work' }, 'pro_bono', 'setting'],
    ['none, which is a choice', { inbound: 'none', general: 'billable' }, null, 'setting'],
    ['a value that is not offered', { inbound: 'never', general: 'billable' }, null, null],
    ['a value that is none', { inbound: { value: 'billable' } }, null, null],
    ['an inherited name', Object.create({ inbound: 'billable' }), null, null],
  ])('%s', (_, given, value, source) => {
    expect(one(form, { settings: given })).toEqual([value, source, []]);
  });

  it('that is not offered is told, unless custom values are allowed', () => {
    const told_ = resolveLogForm(form, call({ settings: { inbound: 'never' } }));
    expect(told(told_.notes)).toEqual(['deal setting_not_usable']);
    const custom = deal({ options: BILLABLE, ...settings, allowCustomValue: true });
    expect(one(custom, { settings: { inbound: 'Mine' } })).toEqual(['Mine', 'setting', []]);
  });

  it('a setting of false, and one of 0, are values', () => {
    const fields = [
      { key: 'deal', title: 'Follow up', type: 'checkbox', default: true, defaultSettingId: 'tick' },
      {
        key: 'rate',
        title: 'Rate',
        type: 'selection',
        options: [
          { const: 0, title: 'Free' },
          { const: 1, title: 'Full' },
        ],
        defaultSettingId: 'rate',
      },
    ];
    const { values, sources } = resolveLogForm(parseLogForm({ kind: 'call', fields }), call({ settings: { tick: false, rate: 0 } }));
    expect(values).toEqual({ deal: false, rate: 0 });
    expect(sources).toEqual({ deal: 'setting', rate: 'setting' });
  });

  it("the form's own comes after settings and before the only option", () => {
    expect(one(deal({ options: BILLABLE, default: 'pro_bono' }), {})).toEqual(['pro_bono', 'default', []]);
    expect(one(deal({ options: BILLABLE, default: 'pro_bono', ...settings }), { settings: { general: 'billable' } })).toEqual([
      'billable',
      'setting',
      [],
    ]);
  });
});

describe('an update', () => {
  it('shows what is stored, and proposes nothing', () => {
    const form = deal({ defaultSettingId: 'general', whenSeveral: 'alphabetical' });
    const input = { match: match([RENEWAL, EXPANSION]), settings: { general: 'd2' } };
    expect(one(form, { ...input, stored: { deal: 'd1' } })).toEqual(['d1', 'stored', []]);
    expect(one(form, { ...input, stored: {} })).toEqual([null, null, []]);
    expect(one(form, { ...input, stored: { deal: 'd1' }, answers: { deal: 'd2' } })).toEqual(['d2', 'user', []]);
  });

  it('keeps what is not offered any more, as an option of its own', () => {
    const { fields } = resolveLogForm(deal(), call({ match: match([RENEWAL]), stored: { deal: 'gone' } }));
    expect(fields[0]).toMatchObject({ value: 'gone', source: 'stored' });
    expect(fields[0]!.options!.at(-1)).toEqual({ const: 'gone', title: 'gone', isStoredOnly: true });
  });
});

describe('another type of contact', () => {
  const byContactType = {
    Lead: [
      { const: 'new', title: 'New' },
      { const: 'active', title: 'Active' },
    ],
    Contact: [
      { const: 'active', title: 'Active' },
      { const: 'old', title: 'Old' },
    ],
  };
  const contactTypes = [
    { const: 'Lead', title: 'Lead' },
    { const: 'Contact', title: 'Contact' },
  ];
  const form = parseLogForm({
    kind: 'new_contact',
    contactTypes,
    fields: [{ key: 'deal', title: 'Status', type: 'selection', options: { byContactType } }],
  });

  it('drops an answer that it does not offer, and keeps one that it does', () => {
    expect(one(form, { contactType: 'Lead', answers: { deal: 'new' } })).toEqual(['new', 'user', []]);
    const switched = resolveLogForm(form, call({ contactType: 'Contact', answers: { deal: 'new' } }));
    expect(switched.values).toEqual({ deal: null });
    expect(told(switched.notes)).toEqual(['deal not_offered']);
    expect(one(form, { contactType: 'Contact', answers: { deal: 'active' } })).toEqual(['active', 'user', []]);
  });

  it('drops a stored value that belongs to the old type', () => {
    const log = parseLogForm({ ...form, kind: 'call' });
    const input = { match: { contactType: 'Lead' }, stored: { deal: 'new' } };
    expect(one(log, input)).toEqual(['new', 'stored', []]);
    expect(one(log, { ...input, contactType: 'Contact' })).toEqual([null, null, []]);
  });

  it('is asked for where the form has several and none is chosen', () => {
    const { questions, contactType } = resolveLogForm(form, call());
    expect(contactType).toBeNull();
    expect(questions.map(({ field, code }) => [field, code])).toEqual([['contactType', 'several_contact_types']]);
    expect(resolveLogForm({ ...form, defaultContactType: 'Lead' }, call()).contactType).toBe('Lead');
    expect(told(resolveLogForm(form, call({ contactType: 'constructor' })).notes)).toEqual(['contactType unknown_contact_type']);
  });
});

describe('options from elsewhere', () => {
  const field = (more: object) => deal({ options: undefined, ...more });
  const account = {
    lists: { queues: [{ const: 'q1', title: 'Queue' }], leadQueues: [{ const: 'q2', title: 'Leads' }] },
    plain: [{ const: 'p', title: 'P' }],
  };
  it.each([
    ['the whole list', { options: { account: 'plain' } }, 'p', 'ready'],
    ['a property', { options: { account: 'lists', property: 'queues' } }, 'q1', 'ready'],
    ['a property by type', { options: { account: 'lists', propertyByContactType: { Lead: 'leadQueues' } } }, 'q2', 'ready'],
    ['a list that is not there yet', { options: { account: 'toString' } }, null, 'waiting'],
    ['what is loaded', { dynamicOptions: true }, 'l', 'ready'],
  ])('%s', (_, more, value, are) => {
    const loaded = { deal: [{ const: 'l', title: 'L' }] };
    const { values, fields } = resolveLogForm(field(more), call({ account, loaded, contactType: 'Lead' }));
    expect([values['deal'], fields[0]!.optionsAre]).toEqual([value, are]);
  });

  it('one list that failed to load leaves the other fields as they are', () => {
    const fields = ['a', 'b'].map((key) => ({ key, title: key, type: 'selection', dynamicOptions: true }));
    const loaded = { a: { failed: true as const, code: 'timeout' }, b: [RENEWAL] };
    const resolved = resolveLogForm(parseLogForm({ kind: 'call', fields }), call({ loaded }));
    expect(resolved.fields.map(({ optionsAre, value }) => [optionsAre, value])).toEqual([
      ['failed', null],
      ['ready', 'd1'],
    ]);
    expect(told(resolved.notes)).toEqual(['a options_failed']);
  });

  it('so does a list of the match, or of the account, that failed', () => {
    const failed = { failed: true as const, code: 'timeout' };
    const fields = [
      { key: 'deal', title: 'Deal', type: 'selection', options: { association: 'deals' } },
      { key: 'ticket', title: 'Ticket', type: 'selection', options: { association: 'tickets' } },
      { key: 'queue', title: 'Queue', type: 'selection', options: { account: 'queues', property: 'open' } },
    ];
    const input = call({ match: { options: { deals: failed, tickets: [RENEWAL] } }, account: { queues: failed } });
    const resolved = resolveLogForm(parseLogForm({ kind: 'call', fields }), input);
    expect(resolved.fields.map(({ optionsAre, value }) => [optionsAre, value])).toEqual([
      ['failed', null],
      ['ready', 'd1'],
      ['failed', null],
    ]);
    expect(told(resolved.notes)).toEqual(['deal options_failed', 'queue options_failed']);
  });

  it.each([
    ['ask', [RENEWAL], [null, null, ['several_options']]],
    ['skip', [RENEWAL], [null, null, []]],
    ['last_updated', [RENEWAL, EXPANSION], [null, null, ['policy_undecided']]],
  ] as const)('nothing is chosen by %s where there are more than were loaded', (whenSeveral, deals, expected) => {
    expect(one(deal({ whenSeveral }), { match: { ...match(deals), more: ['tickets', 'deals'] } })).toEqual(expected);
    const answered = resolveLogForm(deal(), call({ match: { ...match(deals), more: ['deals'] }, answers: { deal: 'd9' } }));
    expect(told(answered.notes)).toEqual(['deal options_not_loaded']);
  });

  it('what is no option is passed over', () => {
    const options = { deals: [null, 1, { title: 'x' }, { const: '' }, { const: Number.NaN }, { const: {} }, RENEWAL, RENEWAL] as never };
    expect(one(deal(), { match: { options } })).toEqual(['d1', 'single_option', []]);
    expect(one(deal(), { match: { options: { deals: 'many' as never } } })).toEqual([null, null, []]);
  });

  it('why there are none is told, where the CRM ties nothing to such a record', () => {
    const because = { deals: { code: 'lead_without_ties', remedy: 'Convert the lead.' } };
    const notes = (deals: readonly LoadedOption[], reason: object) =>
      resolveLogForm(deal(), call({ match: { options: { deals }, because: reason as typeof because } })).notes;
    expect(notes([], because)).toMatchObject([{ path: ['deal'], code: 'never_tied', remedy: 'Convert the lead.' }]);
    expect(notes([RENEWAL], because)).toEqual([]);
    expect(notes([], { deals: null, tickets: because.deals })).toEqual([]);
  });

  it('a name that the match does not have is told', () => {
    expect(told(resolveLogForm(deal(), call({ match: { options: {} } })).notes)).toEqual(['deal options_not_published']);
  });
});

describe('one tie only', () => {
  const form = (group: object = {}) =>
    parseLogForm({
      kind: 'call',
      fields: ['opportunity', 'case'].map((key) => ({
        key,
        title: key,
        type: 'selection',
        options: { association: key },
        writes: 'association',
      })),
      exclusive: [{ fields: ['opportunity', 'case'], ...group }],
    });
  const both = { match: { options: { opportunity: [RENEWAL], case: [CLOSED] } } };
  const result = (group: object, input: Partial<ResolveInput> = {}) => {
    const { values, questions } = resolveLogForm(form(group), call({ ...both, ...input }));
    return [values['opportunity'], values['case'], questions.map(({ field, code }) => `${field} ${code}`)];
  };
  it.each([
    ['two proposals are a question', {}, {}, [null, null, ['opportunity one_tie_only']]],
    ['the first counts where the group says so', { whenSeveral: 'first' }, {}, ['d1', null, []]],
    ['a lookup takes the second', { lookups: { case: 'Case__c' } }, {}, ['d1', 'd3', []]],
    ['an answer goes before a proposal', {}, { answers: { case: 'd3' } }, [null, 'd3', []]],
    ['none for one leaves the other', {}, { answers: { case: 'none' } }, ['d1', null, []]],
  ] as const)('%s', (_, group, input, expected) => {
    expect(result(group, input)).toEqual(expected);
  });
});

describe('whatever the order', () => {
  const deals = [RENEWAL, EXPANSION, CLOSED];
  test.prop([
    fc.shuffledSubarray(deals, { minLength: 1 }),
    fc.constantFrom('ask', 'skip', 'last_updated', 'alphabetical', 'earliest_created'),
    fc.boolean(),
  ])('of options, the result is the same', (shuffled, whenSeveral, openFirst) => {
    const form = deal({ whenSeveral, options: { association: 'deals', openFirst } });
    const sorted = deals.filter((option) => shuffled.includes(option));
    expect(one(form, { match: match(shuffled) })).toEqual(one(form, { match: match(sorted) }));
  });

  test.prop([
    fc.shuffledSubarray(['a', 'b', 'c'], { minLength: 3 }),
    fc.record({ a: fc.subarray(deals), b: fc.subarray(deals), c: fc.subarray(deals) }),
  ])('of fields and of the names in a match, values, sources and questions are the same', (order, options) => {
    const fieldsIn = (keys: readonly string[]) =>
      parseLogForm({ kind: 'call', fields: keys.map((key) => ({ key, title: key, type: 'selection', contactDependent: true })) });
    const reversed = Object.fromEntries(Object.entries(options).toReversed());
    const [a, b] = [
      resolveLogForm(fieldsIn(['a', 'b', 'c']), call({ match: { options } })),
      resolveLogForm(fieldsIn(order), call({ match: { options: reversed } })),
    ];
    expect(b.values).toEqual(a.values);
    expect(b.sources).toEqual(a.sources);
    expect(b.questions.map(({ field }) => field).toSorted()).toEqual(a.questions.map(({ field }) => field).toSorted());
  });

  test.prop([fc.anything()])('and whatever is given, it never throws and changes nothing', (part) => {
    const given = {
      match: { options: { deals: part } },
      settings: { general: part },
      stored: { deal: part },
      answers: { deal: part },
      loaded: part,
      metadata: part,
    };
    for (const [name, value] of Object.entries(given))
      expect(() =>
        resolveLogForm(deal({ defaultSettingId: 'general' }), { ...call({ match: match([RENEWAL]) }), [name]: value } as never),
      ).not.toThrow();
  });
});

describe('a note', () => {
  const shown = (more: object) =>
    resolveLogForm(parseLogForm({ kind: 'call', fields: [{ key: 'hint', title: 'Mind', type: 'note', ...more }] }), call());
  const NOTE = { key: 'hint', type: 'note', title: 'Mind', required: false, value: null, source: null };

  it.each<readonly [string, object, object]>([
    ['as a hint', {}, { level: 'info' }],
    ['as a warning', { level: 'warning' }, { level: 'warning' }],
    ['with its second line', { description: 'It is recorded.' }, { level: 'info', description: 'It is recorded.' }],
  ])('is shown %s, and nobody answers it', (_, more, expected) => {
    const { fields, values, sources } = shown(more);
    expect(fields).toStrictEqual([{ ...NOTE, ...expected }]);
    expect({ values, sources }).toEqual({ values: {}, sources: {} });
  });
});

describe('the types of a contact', () => {
  it('are those of the form, and none where it has none', () => {
    const contactTypes = [{ const: 'Lead', title: 'Lead' }];
    expect(resolveLogForm(parseLogForm({ kind: 'new_contact', fields: [], contactTypes }), call()).contactTypes).toEqual(contactTypes);
    expect(resolveLogForm(deal(), call()).contactTypes).toEqual([]);
  });
});

describe('metadata', () => {
  const form = parseLogForm({
    kind: 'call',
    fields: [],
    metadata: [
      { key: 'department', path: 'user.contact.department' },
      { key: 'second', path: 'user.queues[1].name' },
      { key: 'admin', path: 'user.isAdmin' },
      { key: 'count', path: 'user.count' },
      { key: 'whole', path: 'user' },
      { key: 'inherited', path: 'user.constructor.name' },
      { key: 'length', path: 'user.queues.length' },
      { key: 'missing', path: 'nobody.at.all' },
    ],
  });
  it('is taken by path: parts that are missing, inherited or no value are left out', () => {
    const user = { contact: { department: 'Sales' }, queues: [{ name: 'A' }, { name: 'B' }], isAdmin: false, count: 0 };
    const resolved = resolveLogForm(form, call({ metadata: { user } }));
    expect(resolved.metadata).toEqual({ department: 'Sales', second: 'B', admin: false, count: 0 });
    expect(told(resolved.notes)).toEqual(['whole not_a_value']);
    expect(resolveLogForm(form, call()).metadata).toEqual({});
  });
});
