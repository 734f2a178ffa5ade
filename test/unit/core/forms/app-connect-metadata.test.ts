import { expect, it } from 'vitest';
import { fromAppConnectManifest } from '../../../../src/core/forms/app-connect/manifest.ts';
import { resolveLogForm } from '../../../../src/core/forms/resolve-log-form.ts';
import { told } from '../told.ts';

/** The metadata of the form for calls, and the report by the place in the list. */
const converted = (rcAdditionalSubmission: unknown) => {
  const { forms, report } = fromAppConnectManifest({ platforms: { clio: { page: { callLog: {} }, rcAdditionalSubmission } } }, 'clio');
  const at = 'platforms.clio.rcAdditionalSubmission';
  return { form: forms.call!, metadata: forms.call!.metadata, told: told(report).map((line) => line.replace(at, '').replace(/^\./, '')) };
};

it.each<readonly [string, string, object]>([
  ['names between dots', 'user.team.name', { user: { team: { name: 'West' } } }],
  ['a position between dots', 'queues.1', { queues: ['East', 'West'] }],
  ['a position in brackets', 'queues[1]', { queues: ['East', 'West'] }],
  ['a position with two digits', 'queues[12].name', { queues: [...Array<null>(12).fill(null), { name: 'West' }] }],
  ['a position in a position', 'user.grid[0][1]', { user: { grid: [['East', 'West']] } }],
  ['a name with a blank', 'user.team name', { user: { 'team name': 'West' } }],
  ['a name with brackets', 'user.team[main]', { user: { 'team[main]': 'West' } }],
  ['a name with brackets, and names below it', 'team[main].lead.name', { 'team[main]': { lead: { name: 'West' } } }],
  ['a name that goes on after a position', 'team[0]s.name', { 'team[0]s': { name: 'West' } }],
])('a path leads to its value through %s', (_, path, metadata) => {
  const { form, told: report } = converted([{ id: 'team', path }]);
  expect(report).toEqual([]);
  expect(resolveLogForm(form, { context: 'inboundCall', metadata }).metadata).toEqual({ team: 'West' });
});

it('a path that is given as text is known by its last name', () => {
  expect(converted(['user.groups.main.team'])).toMatchObject({
    metadata: [{ key: 'team', path: 'user.groups.main.team' }],
    told: ['0 path_as_text'],
  });
});

it.each<readonly [string, unknown]>([
  ['no id', { path: 'user.team' }],
  ['an id that is no key', { id: '1st team', path: 'user.team' }],
  ['an id that is a number', { id: 1, path: 'user.team' }],
  ['no path', { id: 'team' }],
  ['a path that is empty', { id: 'team', path: '' }],
  ['a path that nobody reads', { id: 'team', path: 'user.__proto__' }],
  ['nothing in it', null],
])('one with %s is left out, and the others stay', (_, broken) => {
  expect(converted([broken, { id: 'queue', path: 'user.queue' }])).toMatchObject({
    metadata: [{ key: 'queue', path: 'user.queue' }],
    told: ['0 not_carried_over'],
  });
});

it('of two with the same id the first one counts', () => {
  expect(
    converted([
      { id: 'team', path: 'user.team' },
      { id: 'team', path: 'user.other' },
    ]),
  ).toMatchObject({ metadata: [{ key: 'team', path: 'user.team' }], told: ['1 duplicate_key'] });
});

it('what is no list is left out, and the form stays as it is', () => {
  expect(converted('user.team')).toEqual({ form: { kind: 'call', fields: [] }, metadata: undefined, told: [' wrong_type'] });
});
