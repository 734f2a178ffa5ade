import fc from 'fast-check';
import { parseLogForm } from '../../../../src/core/forms/define-log-form.ts';
import type { FormInput } from '../../../../src/core/forms/form-input.ts';
import { FORM_CONTEXTS, type LoadedOption, type LogForm, SEVERAL_POLICIES } from '../../../../src/core/forms/log-form.ts';

/** A form with whatever a form can have, and a situation in which it is shown. */
export interface Scene {
  readonly form: LogForm;
  readonly input: FormInput;
  readonly answers: Readonly<Record<string, unknown>>;
}

/** Few values, so that options, settings, stored values and answers meet; numbers that are also there as text. */
const CONSTS = ['d1', 'd2', 1, '1', 0, 'none', 'constructor', '__proto__'] as const;
const SOURCES = ['own', 'association', 'contactDependent', 'byContactType', 'account', 'accountByType', 'dynamic'] as const;
const TYPES = ['Contact', 'Lead'] as const;
const INSTANTS = ['2026-01-01T00:00:00Z', '2026-02-01T00:00:00+01:00', 'yesterday'] as const;

const constOf = fc.constantFrom<string | number>(...CONSTS);
const option = fc.record(
  {
    const: constOf,
    title: fc.constantFrom('Renewal', ' renewal', 'Expansion', 'Über', '<b>&amp;'),
    description: fc.constantFrom('', 'Open since May'),
    open: fc.boolean(),
    createdAt: fc.constantFrom(...INSTANTS),
    updatedAt: fc.constantFrom(...INSTANTS),
  },
  { requiredKeys: ['const', 'title'] },
) as fc.Arbitrary<LoadedOption>;
/** As a CRM gives them: one record may be there twice. */
const loaded = fc
  .tuple(fc.array(option, { maxLength: 3 }), fc.boolean())
  .map(([list, isTwice]) => (isTwice && list[0] ? [...list, { const: String(list[0].const), title: 'As it is called elsewhere' }] : list));
/** As a form lists them. */
const listed = fc.uniqueArray(
  option.map(({ const: value, title }) => ({ const: value, title })),
  {
    minLength: 1,
    maxLength: 4,
    selector: (one) => String(one.const),
  },
);

const KEYS = ['a', 'b', 'c', 'd', 'e', 'f'] as const;
const setting = { defaultSettingId: 'general', defaultSettingValues: { inboundCall: { settingId: 'inbound' } } };

const selection = fc
  .record({
    source: fc.constantFrom(...SOURCES),
    list: listed,
    other: listed,
    whenSeveral: fc.constantFrom(...SEVERAL_POLICIES),
    openFirst: fc.boolean(),
    hasSetting: fc.boolean(),
    isTied: fc.boolean(),
    more: fc.record({ required: fc.boolean(), includeNoneOption: fc.boolean(), allowCustomValue: fc.boolean() }, { requiredKeys: [] }),
  })
  .map(({ source, list, other, whenSeveral, openFirst, hasSetting, isTied, more }) => (key: string) => ({
    key,
    title: key,
    type: 'selection',
    whenSeveral,
    ...more,
    ...(hasSetting && setting),
    writes: isTied ? { association: key } : { activityField: `field_${key}` },
    ...(source === 'own' && { options: list }),
    ...(source === 'association' && { options: { association: key, openFirst } }),
    ...(source === 'contactDependent' && { contactDependent: true }),
    ...(source === 'byContactType' && { options: { byContactType: { Contact: list, Lead: other } } }),
    ...(source === 'account' && { options: { account: key } }),
    ...(source === 'accountByType' && { options: { account: 'lists', propertyByContactType: { Contact: key, Lead: 'none of these' } } }),
    ...(source === 'dynamic' && { dynamicOptions: true }),
  }));
const text = fc
  .record(
    { required: fc.boolean(), multiline: fc.boolean(), maxLength: fc.constantFrom(3, 10), default: fc.constantFrom('', 'x') },
    { requiredKeys: [] },
  )
  .map((more) => (key: string) => ({ key, title: key, type: 'text', ...more, writes: { activityField: `field_${key}` } }));
const checkbox = fc
  .record({ required: fc.boolean(), default: fc.boolean() }, { requiredKeys: [] })
  .map((more) => (key: string) => ({ key, title: key, type: 'checkbox', ...more, ...setting, writes: { activityField: `field_${key}` } }));
const note = fc.constant((key: string) => ({ key, title: key, type: 'note' }));

const form = fc
  .record({
    fields: fc.array(fc.oneof({ weight: 4, arbitrary: selection }, text, checkbox, note), { minLength: 1, maxLength: KEYS.length }),
    group: fc.record({ isThere: fc.boolean(), hasLookup: fc.boolean(), whenSeveral: fc.constantFrom('ask', 'first') }),
  })
  .map(({ fields: parts, group }) => {
    const fields = parts.map((part, index) => part(KEYS[index]!));
    const ties = fields.filter((field) => 'association' in ((field as { writes?: object }).writes ?? {})).map(({ key }) => key);
    const lookups = { ...(group.hasLookup && { lookups: { [ties.at(-1) ?? '']: 'Lookup__c' } }) };
    return parseLogForm({
      kind: 'call',
      fields,
      metadata: [{ key: 'team', path: 'user.teams[0]' }],
      ...(group.isThere && ties.length > 1 && { exclusive: [{ fields: ties, whenSeveral: group.whenSeveral, ...lookups }] }),
    });
  });

const byKey = <T>(value: fc.Arbitrary<T>) =>
  fc.record(Object.fromEntries(KEYS.map((key) => [key, value])), { requiredKeys: [] }) as fc.Arbitrary<Record<string, T>>;
const answer = fc.oneof(
  constOf,
  fc.constantFrom<unknown>(null, '', true, false, 'on', 'maybe', 'a text', 'a long text, and more of it', 5),
);
const settings = fc.record(
  { general: fc.constantFrom<unknown>('d1', 1, true, 'RENEWAL', 'none'), inbound: fc.constantFrom<unknown>('', 'd2', false, []) },
  { requiredKeys: [] },
);

const input: fc.Arbitrary<FormInput> = fc.record(
  {
    context: fc.constantFrom(...FORM_CONTEXTS),
    match: fc.record(
      {
        record: fc.constant({ object: 'Contact', recordId: '1' }),
        contactType: fc.constantFrom(...TYPES),
        options: byKey(loaded),
        more: fc.subarray([...KEYS]),
      },
      { requiredKeys: ['options'] },
    ),
    contactType: fc.constantFrom(...TYPES),
    settings,
    account: fc.record({ lists: byKey(loaded) }).chain((lists) => byKey(loaded).map((rest) => ({ ...rest, ...lists }))),
    loaded: byKey(fc.oneof(loaded, fc.constant({ failed: true as const }))),
    more: fc.subarray([...KEYS]),
    metadata: fc.constant({ user: { teams: ['West'] } }),
  },
  { requiredKeys: ['context'] },
);

/** What a CRM may hold: also what no field of ours would write. */
export const held = byKey(
  fc.oneof(
    constOf,
    fc.constantFrom<string | number | boolean | null>(null, '', true, false, 'a\r\nb', ' x ', 'longer than any field', '\u0000', 5),
  ),
);

export const scene: fc.Arbitrary<Scene> = fc
  .record({ form, input, answers: byKey(answer) })
  .map(({ form: one, input: given, answers }) => ({
    form: one,
    input: given,
    answers: Object.fromEntries(
      Object.entries(answers).filter(([key]) => one.fields.some((field) => field.key === key && field.type !== 'note')),
    ),
  }));

/** The same data with the members of every object in another order. Lists stay as they are. */
export function turned<T>(data: T): T {
  if (Array.isArray(data)) return data.map(turned) as T;
  if (typeof data !== 'object' || data === null) return data;
  return Object.fromEntries(
    Object.entries(data)
      .toReversed()
      .map(([name, value]) => [name, turned(value)]),
  ) as T;
}

/** The same data with every list of options in another order; other lists have an order that counts. */
export function shuffledOptions<T>(data: T, by: (count: number) => number): T {
  if (Array.isArray(data)) {
    const items = data.map((item) => shuffledOptions(item, by));
    const areOptions = items.every((item) => typeof item === 'object' && item !== null && Object.hasOwn(item, 'const'));
    if (!areOptions) return items as T;
    for (let last = items.length - 1; last > 0; last -= 1) {
      const other = by(last + 1);
      [items[last], items[other]] = [items[other], items[last]];
    }
    return items as T;
  }
  if (typeof data !== 'object' || data === null) return data;
  return Object.fromEntries(Object.entries(data).map(([name, value]) => [name, shuffledOptions(value, by)])) as T;
}
