import { describe, expect, it } from 'vitest';
import { bindSubmission } from '../../../../src/core/forms/bind-submission.ts';
import { parseLogForm } from '../../../../src/core/forms/define-log-form.ts';
import { resolveLogForm } from '../../../../src/core/forms/resolve-log-form.ts';
import { accountLists } from '../../../../src/engine/forms/account-lists.ts';
import { loadOptions } from '../../../../src/engine/forms/load-options.ts';
import type { OptionLoader, OptionsRequest } from '../../../../src/engine/forms/option-loader.ts';
import { CrmSyncError } from '../../../../src/errors.ts';
import { manualClock } from '../../../../src/testing/manual-clock.ts';

const form = parseLogForm({
  kind: 'call',
  fields: [
    { key: 'project', title: 'Project', type: 'selection', dynamicOptions: true },
    { key: 'task', title: 'Task', type: 'selection', dynamicOptions: true, contactTypeDependent: true },
    { key: 'queue', title: 'Queue', type: 'selection', options: { account: 'queues', property: 'open' } },
    { key: 'team', title: 'Team', type: 'selection', options: { account: 'queues', property: 'teams' } },
    { key: 'note', title: 'Note', type: 'text' },
  ],
});
const context = 'inboundCall' as const;
const option = (value: string) => ({ const: value, title: value.toUpperCase() });
const PROJECTS = ['a', 'b', 'c', 'd', 'e'].map(option);

/** Pages through the projects, as a host would with a database. */
const projects: OptionLoader = async ({ search, after, limit, include }) => {
  const all = PROJECTS.filter(({ title }) => title.includes(search?.toUpperCase() ?? ''));
  const from = after === null ? 0 : all.findIndex((one) => one.const === after) + 1;
  const page = all.slice(from, from + limit);
  const further = all.filter((one) => include.includes(one.const) && !page.includes(one));
  const last = page.at(-1);
  return { options: [...page, ...further], ...(last !== undefined && from + limit < all.length && { next: last.const }) };
};
const queues = { open: [option('q1')], teams: [option('t1'), option('t2')] };
const account = accountLists({ queues: async () => queues }, { maxAgeMs: 60_000, clock: manualClock('2026-01-05T09:00:00Z') });

describe('loadOptions', () => {
  it('loads what a form needs, which is what it takes', async () => {
    const loaded = await loadOptions(form, { context, loaders: { project: projects, task: projects }, account });
    expect(loaded).toEqual({ loaded: { project: PROJECTS, task: PROJECTS }, account: { queues }, more: [], next: {} });
    const { fields, values } = resolveLogForm(form, { context, ...loaded });
    expect(fields.map(({ optionsAre }) => optionsAre)).toEqual(['ready', 'ready', 'ready', 'ready', undefined]);
    expect(values).toMatchObject({ queue: 'q1', team: null });
  });

  it('tells each loader whom it is for', async () => {
    const asked: OptionsRequest[] = [];
    const task: OptionLoader = async (request) => {
      asked.push(request);
      return { options: [] };
    };
    const match = { record: { object: 'contacts', recordId: '1' } };
    const more = { search: { task: 'audit', project: '' }, after: { task: 'x' }, answers: { task: 7 }, stored: { task: 'old' } };
    await loadOptions(form, { context, match, loaders: { task }, limit: 5, ...more });
    await loadOptions(form, { context, contactType: 'Lead', loaders: { task }, answers: { task: 'none' }, stored: { task: null } });
    const common = { field: 'task', kind: 'call', context, signal: expect.any(AbortSignal) };
    expect(asked).toEqual([
      { ...common, contactType: 'contacts', match, search: 'audit', after: 'x', limit: 5, include: [7, 'old'] },
      { ...common, contactType: 'Lead', match: null, search: null, after: null, limit: 100, include: [] },
    ]);
  });

  it('pages by a cursor of the loader, and chooses nothing while there is more', async () => {
    const first = await loadOptions(form, { context, loaders: { project: projects }, limit: 2 });
    expect(first).toMatchObject({ loaded: { project: PROJECTS.slice(0, 2) }, more: ['project'], next: { project: 'b' } });
    const second = await loadOptions(form, { context, loaders: { project: projects }, limit: 3, after: first.next });
    expect(second).toMatchObject({ loaded: { project: PROJECTS.slice(2) }, more: [], next: {} });
    const narrow = await loadOptions(form, { context, loaders: { project: projects }, limit: 1, search: { project: 'd' } });
    expect(narrow).toMatchObject({ loaded: { project: [option('d')] }, more: [] });
    const one = await loadOptions(form, { context, loaders: { project: projects }, limit: 1 });
    expect(resolveLogForm(form, { context, ...one }).questions).toMatchObject([{ field: 'project', code: 'several_options' }]);
  });

  it('finds an answer from a later page again, and no answer that is not offered', async () => {
    const bind = async (project: string) => {
      const loaded = await loadOptions(form, {
        context,
        loaders: { project: projects, task: projects },
        account,
        limit: 2,
        answers: { project },
      });
      const bound = bindSubmission(form, { context, ...loaded }, { project, task: 'none', team: 'none' });
      return bound.ok ? bound.value.answers['project'] : bound.issues.map(({ path, code }) => `${path[0]} ${code}`);
    };
    expect(await bind('e')).toEqual({ action: 'set', value: 'e', source: 'user' });
    expect(await bind('z')).toEqual(['project options_not_loaded']);
  });

  it.each<[string, OptionLoader, string]>([
    [
      'throws at once',
      () => {
        throw new Error('x');
      },
      'load_failed',
    ],
    [
      'rejects',
      async () => {
        throw new CrmSyncError('x', { code: 'daily_limit', category: 'rate_limit', remedy: 'x' });
      },
      'daily_limit',
    ],
    ['answers with what is no page', async () => [] as never, 'load_failed'],
    ['never answers', () => new Promise(() => {}), 'out_of_time'],
  ])('a loader that %s fails alone', async (_, task, code) => {
    const loaded = await loadOptions(form, { context, loaders: { project: projects, task }, account, timeLimitMs: 20 });
    expect(loaded).toMatchObject({ loaded: { project: PROJECTS, task: { failed: true, code } }, account: { queues } });
    const { fields } = resolveLogForm(form, { context, ...loaded });
    expect(fields.map(({ optionsAre }) => optionsAre)).toEqual(['ready', 'failed', 'ready', 'ready', undefined]);
  });

  it('a field or a list that nobody loads has failed, and inherited names are none', async () => {
    const hostile = parseLogForm({
      kind: 'call',
      fields: [
        { key: 'project', title: 'x', type: 'selection', dynamicOptions: true },
        { key: 'list', title: 'x', type: 'selection', options: { account: 'toString' } },
      ],
    });
    const failed = { failed: true, code: 'no_loader' };
    expect(await loadOptions(hostile, { context, account })).toMatchObject({
      loaded: { project: failed },
      account: { toString: failed },
    });
    expect(await loadOptions(hostile, { context })).toMatchObject({ account: { toString: failed } });
  });

  it('is given up with its signal, which the loaders get', async () => {
    const controller = new AbortController();
    const signals: AbortSignal[] = [];
    const task: OptionLoader = ({ signal }) => {
      signals.push(signal);
      return new Promise(() => {});
    };
    const loading = loadOptions(form, { context, loaders: { task }, signal: controller.signal });
    controller.abort(new Error('hung up'));
    await expect(loading).rejects.toThrow('hung up');
    expect(signals.map(({ aborted }) => aborted)).toEqual([true]);
    await expect(loadOptions(form, { context, loaders: { task }, signal: controller.signal })).rejects.toThrow('hung up');
    expect(signals).toHaveLength(1);
  });
});

describe('accountLists', () => {
  const open = () => {
    const clock = manualClock('2026-01-05T09:00:00Z');
    let count = 0;
    const lists = accountLists(
      {
        queues: async () => {
          count += 1;
          if (count === 3) throw new Error('down');
          return count;
        },
      },
      { maxAgeMs: 1_000, clock },
    );
    const get = () => lists.get('queues', { signal: new AbortController().signal });
    return { clock, lists, get };
  };

  it('keeps a list as long as it may be old, and a failure not at all', async () => {
    const { clock, get } = open();
    expect([await get(), await get()]).toEqual([1, 1]);
    clock.advance(999);
    expect(await get()).toBe(1);
    clock.advance(1);
    expect(await get()).toBe(2);
    clock.advance(1_000);
    await expect(get()).rejects.toThrow('down'); // the old list is not given
    expect(await get()).toBe(4);
  });

  it('loads again what was forgotten', async () => {
    const { lists, get } = open();
    await get();
    lists.forget('teams');
    expect(await get()).toBe(1);
    lists.forget('queues');
    expect(await get()).toBe(2);
    lists.forget();
    await expect(get()).rejects.toThrow('down');
  });

  it('counts the age from before the list was asked for', async () => {
    const clock = manualClock('2026-01-05T09:00:00Z');
    let count = 0;
    const slow = async () => {
      count += 1;
      clock.advance(600);
      return count;
    };
    const lists = accountLists({ slow }, { maxAgeMs: 1_000, clock });
    const get = () => lists.get('slow', { signal: new AbortController().signal });
    expect(await get()).toBe(1);
    clock.advance(400);
    expect(await get()).toBe(2);
  });

  it.each([-1, Number.NaN])('refuses an age of %s', (maxAgeMs) => {
    expect(() => accountLists({}, { maxAgeMs })).toThrow(expect.objectContaining({ code: 'invalid_option' }));
  });
});
