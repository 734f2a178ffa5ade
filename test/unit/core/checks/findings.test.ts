import { describe, expect, it } from 'vitest';
import type { Finding } from '../../../../src/core/checks/finding.ts';
import { callsLeft, findingsOf, findingsOfAll, parentNotVisible, withoutRepeats } from '../../../../src/core/checks/findings.ts';

const finding = (code: string, at: Finding['at'] = {}, remedy = 'Do this.'): Finding => ({
  level: 'error',
  code,
  message: 'It failed.',
  remedy,
  who: 'developer',
  at,
});
const never = new AbortController().signal;

describe('callsLeft', () => {
  it.each([
    [0, 100, 'ok', 'api_calls_left'],
    [80, 100, 'ok', 'api_calls_left'],
    [81, 100, 'advice', 'api_calls_low'],
    [95, 100, 'advice', 'api_calls_low'],
    [96, 100, 'warning', 'api_calls_low'],
    [100, 100, 'error', 'api_calls_low'],
    [120, 100, 'error', 'api_calls_low'],
  ])('%i of %i used is %s %s', (used, limit, level, code) =>
    expect(callsLeft({ used, limit }, 'the day')).toMatchObject({ level, code, message: expect.stringContaining('of the day') }),
  );
});

it('calls that run out are the affair of whoever can buy more', () =>
  expect(callsLeft({ used: 96, limit: 100 }, 'the day')).toEqual({
    level: 'warning',
    code: 'api_calls_low',
    message: '4 of 100 API calls of the day are left, for all apps of the account together.',
    remedy: expect.stringMatching(/^[A-Z].*\.$/),
    who: 'crm_admin',
    at: {},
  }));

it('a hidden field of a parent is told with the object whose rule is left out', () =>
  expect(parentNotVisible('Contact', 'Account.Name')).toEqual({
    level: 'warning',
    code: 'field_not_visible',
    message: expect.stringContaining('does not see Account.Name'),
    remedy: expect.stringMatching(/^Let .*parent of Contact.*Account\.Name.*\.$/),
    who: 'crm_admin',
    at: { object: 'Contact', field: 'Account.Name' },
  }));

describe('withoutRepeats', () => {
  it('tells each problem once, in order', () => {
    const findings = [finding('b'), finding('a'), finding('b'), finding('a', {}, 'Do that.')];
    expect(withoutRepeats(findings)).toEqual([finding('b'), finding('a'), finding('a', {}, 'Do that.')]);
  });
  it('keeps the same problem of two objects, and of two fields', () => {
    const findings = [finding('a', { object: 'X' }), finding('a', { object: 'Y' }), finding('a', { object: 'Y', field: 'f' })];
    expect(withoutRepeats(findings)).toEqual(findings);
  });
  it('tells what holds everywhere only there, wherever it stands', () =>
    expect(withoutRepeats([finding('a', { object: 'X' }), finding('b'), finding('a')])).toEqual([finding('b'), finding('a')]));
});

describe('findingsOf', () => {
  it('turns what is thrown into a finding, and goes on', async () => {
    const parts = [
      async () => [finding('a')],
      () => Promise.reject(new Error('secret')),
      () => {
        throw new Error('secret');
      },
      async () => [finding('b')],
    ];
    const found = await findingsOfAll(never, parts);
    expect(found.map(({ code }) => code)).toEqual(['a', 'unexpected', 'unexpected', 'b']);
    expect(JSON.stringify(found)).not.toContain('secret');
  });
  it('throws the reason of its signal, before and after a part', async () => {
    const ran: string[] = [];
    const part = async () => {
      ran.push('part');
      return [];
    };
    await expect(findingsOf(AbortSignal.abort(new Error('enough')), part)).rejects.toThrow('enough');
    expect(ran).toEqual([]);
    const controller = new AbortController();
    const aborting = () => {
      controller.abort(new Error('enough'));
      return Promise.reject(new Error('another'));
    };
    await expect(findingsOf(controller.signal, aborting)).rejects.toThrow('enough');
  });
});
