import { test } from '@fast-check/vitest';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { deepFreeze } from '../../../../src/core/base/freeze.ts';
import { bindSubmission } from '../../../../src/core/forms/bind-submission.ts';
import type { BoundSubmission } from '../../../../src/core/forms/bound-submission.ts';
import { parseLogForm, safeParseLogForm } from '../../../../src/core/forms/define-log-form.ts';
import type { FormInput } from '../../../../src/core/forms/form-input.ts';
import type { LogForm } from '../../../../src/core/forms/log-form.ts';
import { resolveLogForm } from '../../../../src/core/forms/resolve-log-form.ts';
import type { ResolvedForm } from '../../../../src/core/forms/resolved-form.ts';
import { told } from '../told.ts';
import { held, type Scene, scene, shuffledOptions, turned } from './any-form.ts';

const bound = ({ form, input, answers }: Scene) => bindSubmission(form, input, answers);
const shown = ({ form, input, answers }: Scene) => resolveLogForm(form, { ...input, answers });
/** Everything but how the options are listed. */
const decided = ({ values, sources, questions, notes, metadata, contactType }: ResolvedForm) => ({
  values,
  sources,
  questions: questions.map(({ options: _, ...question }) => question),
  notes,
  metadata,
  contactType,
});
const ofFields = ({ writes }: BoundSubmission) => writes.filter(({ key }) => key !== 'team');
/** What the CRM holds once the submission is written. */
function written({ answers }: BoundSubmission, stored: FormInput['stored'] = {}): NonNullable<FormInput['stored']> {
  const now = { ...stored };
  for (const [key, answer] of Object.entries(answers as Record<string, { action: string; value?: string | number | boolean }>))
    if (answer.action !== 'untouched') now[key] = answer.value ?? null;
  return now;
}

describe('the order', () => {
  test.prop([scene])('of the members of anything that is given makes no difference', (one) => {
    const other = { form: parseLogForm(turned(one.form)), input: turned(one.input), answers: turned(one.answers) };
    expect(shown(other)).toEqual(shown(one));
    expect(bound(other)).toEqual(bound(one));
  });

  test.prop([scene, fc.gen()])('of options decides nothing, wherever they come from', (one, gen) => {
    const by = (count: number) => gen(fc.nat, { max: count - 1 });
    const other = { ...one, form: parseLogForm(shuffledOptions(one.form, by)), input: shuffledOptions(one.input, by) };
    expect(decided(shown(other))).toEqual(decided(shown(one)));
    expect(bound(other)).toEqual(bound(one));
  });

  test.prop([scene])('of fields decides nothing: a group has an order of its own', (one) => {
    const other = { ...one, form: parseLogForm({ ...one.form, fields: one.form.fields.toReversed() }) };
    const [a, b] = [decided(shown(one)), decided(shown(other))];
    const inOrder = (list: readonly { field?: string; path?: readonly unknown[]; code: string }[]) =>
      list.map((item) => JSON.stringify(item)).toSorted();
    expect({ ...b, questions: inOrder(b.questions), notes: inOrder(b.notes) }).toEqual({
      ...a,
      questions: inOrder(a.questions),
      notes: inOrder(a.notes),
    });
    const outcome = (scene_: Scene) => {
      const result = bound(scene_);
      return result.ok ? result.value.writes.map((write) => JSON.stringify(write)).toSorted() : inOrder(result.issues);
    };
    expect(outcome(other)).toEqual(outcome(one));
  });
});

describe('a form that is shown and posted back', () => {
  test.prop([scene])('shows itself again', (one) => {
    const first = shown({ ...one, answers: {} });
    const again = shown({ ...one, answers: first.values });
    expect(again.values).toEqual(first.values);
  });

  test.prop([scene, held])('writes nothing where it was that of an update', ({ form, input }, stored) => {
    const update = { ...input, stored };
    const { contactType: _, ...asItIs } = update; // another type of contact drops what it does not offer
    const { values } = resolveLogForm(form, asItIs);
    for (const answers of [{}, values, JSON.parse(JSON.stringify(values)) as object]) {
      const result = bindSubmission(form, asItIs, answers);
      expect(result.ok ? [] : result.issues.filter(({ code }) => code !== 'missing')).toEqual([]);
      if (result.ok) expect(ofFields(result.value)).toEqual([]);
    }
  });

  test.prop([scene, held])('as a page of texts writes nothing either', ({ form, input }, stored) => {
    const { contactType: _, ...update } = { ...input, stored };
    const posted = Object.fromEntries(
      Object.entries(resolveLogForm(form, update).values).map(([key, value]) => [key, String(value ?? '').replaceAll('\r\n', '\n')]),
    );
    const result = bindSubmission(form, update, posted);
    expect(result.ok ? [] : result.issues.filter(({ code }) => code !== 'missing')).toEqual([]);
    if (result.ok) expect(ofFields(result.value)).toEqual([]);
  });

  test.prop([scene])('writes what no answers at all would write, once nothing is open', (one) => {
    const { values, questions } = shown({ ...one, answers: {} });
    const [byItself, posted] = [bound({ ...one, answers: {} }), bound({ ...one, answers: values })];
    fc.pre(questions.length === 0 && byItself.ok); // "none" that is posted satisfies a required field where it is listed
    expect(posted.ok).toBe(true);
    const sets = (result: typeof posted) => (result.ok ? result.value.writes.filter(({ action }) => action === 'set') : []);
    expect(sets(posted)).toEqual(sets(byItself));
  });

  test.prop([scene, fc.option(held, { nil: undefined })])('twice writes once', ({ form, input, answers }, stored) => {
    const { contactType: _, ...given } = input;
    const first = bindSubmission(form, { ...given, ...(stored && { stored }) }, answers);
    fc.pre(first.ok);
    const after = written(first.value, stored);
    for (const again of [answers, {}]) {
      const second = bindSubmission(form, { ...given, stored: after }, again);
      expect(second.ok && ofFields(second.value)).toEqual([]);
    }
  });
});

describe('whatever is given from outside', () => {
  const INPUTS = ['match', 'contactType', 'settings', 'stored', 'account', 'loaded', 'more', 'metadata'] as const;
  const anything = fc.oneof(
    fc.anything({ withNullPrototype: true, withBigInt: true, withDate: true, withMap: true, withSparseArray: true }),
    fc.constantFrom('__proto__', 'constructor', [], [[]], { failed: true }, Object.create(null) as object),
  );
  test.prop([scene, held, fc.constantFrom(...INPUTS), anything])(
    'is read or passed over, and stays as it was',
    (one, stored, name, part) => {
      const input = deepFreeze(structuredClone({ ...one.input, stored }));
      for (const broken of [
        { ...input, [name]: part },
        { ...input, match: { ...input.match, contactType: part } },
        { ...input, match: { ...input.match, record: part } },
        { ...input, match: { ...input.match, more: part } },
        { ...input, match: { ...input.match, record: { object: part, recordId: part } } },
      ]) {
        const given = { form: one.form, input: broken as FormInput, answers: deepFreeze(structuredClone(one.answers)) };
        const resolved = shown(given);
        expect(JSON.parse(JSON.stringify(resolved))).toEqual(resolved);
        const result = bound(given);
        if (result.ok) expect(JSON.parse(JSON.stringify(result.value))).toEqual(result.value);
      }
    },
  );

  test.prop([scene, anything, fc.constantFrom('a', 'b', '__proto__', 'constructor', 'team')])(
    'as an answer is read, or refused under its key',
    ({ form, input }, part, key) => {
      const answers = Object.defineProperty({}, key, { value: part, enumerable: true });
      const result = bindSubmission(form, input, answers);
      if (result.ok) expect(JSON.parse(JSON.stringify(result.value))).toEqual(result.value);
      else for (const { path } of result.issues) expect([key, ...form.fields.map((field) => field.key)]).toContain(path[0]);
    },
  );

  it.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty'])('%s is a name like any other', (name) => {
    const named = <T>(value: T) => JSON.parse(`{${JSON.stringify(name)}:${JSON.stringify(value)}}`) as Record<string, T>;
    const list = [{ const: 'x', title: 'X' }];
    const parse = (field: object, more: object = {}): LogForm =>
      parseLogForm({ kind: 'call', fields: [{ key: 'a', title: 'A', type: 'selection', ...field }], ...more });
    const values = (form: LogForm, input: Partial<FormInput> = {}) => resolveLogForm(form, { context: 'fax', ...input }).values;

    const association = parse({ options: { association: name } });
    expect(values(association)).toEqual({ a: null });
    expect(values(association, { match: { options: {} } })).toEqual({ a: null });
    expect(values(association, { match: { options: named(list) } })).toEqual({ a: 'x' });
    const account = parse({ options: { account: name } });
    expect(values(account, { account: {} })).toEqual({ a: null });
    expect(values(account, { account: named(list) })).toEqual({ a: 'x' });
    const property = parse({ options: { account: 'lists', property: name } });
    expect(values(property, { account: { lists: {} } })).toEqual({ a: null });
    expect(values(property, { account: { lists: named(list) } })).toEqual({ a: 'x' });
    const byDefault = parse({ options: [...list, { const: 'y', title: 'Y' }], defaultSettingId: name, whenSeveral: 'skip' });
    expect(values(byDefault, { settings: {} })).toEqual({ a: null });
    expect(values(byDefault, { settings: named('y') })).toEqual({ a: 'y' });
    const byType = parse({ options: { byContactType: { Contact: list } } });
    expect(values(byType, { contactType: name })).toEqual({ a: null });
    const ownType = safeParseLogForm({
      kind: 'call',
      fields: [{ key: 'a', title: 'A', type: 'selection', options: { byContactType: named(list) } }],
    });
    if (name === '__proto__')
      expect(ownType.ok ? [] : told(ownType.issues)).toEqual(['fields.0.options.byContactType.__proto__ reserved_name']);
    else expect(ownType.ok && values(ownType.value, { contactType: name })).toEqual({ a: 'x' });
  });

  it('is told or cut short where it is huge, in a time that grows with its size', () => {
    const huge = 'ä'.repeat(2_000_000);
    const many = Array.from({ length: 50_000 }, (_, index) => ({ const: index, title: `Deal ${index % 100} ${huge.slice(0, 50)}` }));
    const form = parseLogForm({
      kind: 'call',
      fields: [
        {
          key: 'a',
          title: 'A',
          type: 'selection',
          options: { association: 'deals' },
          whenSeveral: 'alphabetical',
          defaultSettingId: 'huge',
        },
        { key: 'b', title: 'B', type: 'text', defaultSettingId: 'huge' },
        { key: 'c', title: 'C', type: 'selection', allowCustomValue: true },
        { key: 'd', title: 'D', type: 'checkbox' },
      ],
    });
    const input: FormInput = { context: 'inboundCall', match: { options: { deals: many } }, settings: { huge } };
    const resolved = resolveLogForm(form, input);
    expect(resolved.values).toEqual({ a: null, b: null, c: null, d: null });
    expect(resolved.questions.map(({ code }) => code)).toEqual(['policy_undecided']);
    const refused = bindSubmission(form, input, { a: huge, b: huge, c: huge, d: huge });
    expect(refused.ok ? [] : refused.issues.map(({ path, code }) => `${path[0]} ${code}`)).toEqual([
      'a not_offered',
      'b too_long',
      'c not_storable',
      'd wrong_type',
    ]);
    for (const { message, remedy } of refused.ok ? [] : refused.issues) expect(message.length + remedy.length).toBeLessThan(500);
    expect(bindSubmission(form, input, { [huge]: 1, a: 'none' }).ok).toBe(false);
  });

  it('with half a character in it is never handed on', () => {
    const half = 'x\ud800';
    const options = {
      deals: [
        { const: half, title: 'Half' },
        { const: 'ok', title: half },
      ],
    };
    const form = parseLogForm({
      kind: 'call',
      fields: [
        { key: 'a', title: 'A', type: 'selection', options: { association: 'deals' }, writes: 'association' },
        { key: 'b', title: 'B', type: 'text', writes: { activityField: 'b' }, defaultSettingId: 'half' },
        { key: 'c', title: 'C', type: 'selection', allowCustomValue: true, defaultSettingId: 'half', writes: { activityField: 'c' } },
      ],
      metadata: [{ key: 'team', path: 'team', writes: { activityField: 'team' } }],
    });
    const result = bindSubmission(form, { context: 'message', match: { options }, settings: { half }, metadata: { team: half } }, {});
    expect(result.ok && result.value.writes).toEqual([{ key: 'a', to: { association: 'deals' }, action: 'set', value: 'ok' }]);
  });
});
