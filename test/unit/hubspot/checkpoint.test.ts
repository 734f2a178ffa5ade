import { test as prop } from '@fast-check/vitest';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { advance, finish, lowestStamp, parseCheckpoint, startOfAll } from '../../../src/connectors/hubspot/read/checkpoint.ts';

const AT = Date.UTC(2025, 2, 15, 10, 30);
const iso = (millis: number) => new Date(millis).toISOString();
const idle = (since: number) => parseCheckpoint({ version: 1, mode: 'changes', since: iso(since), startedAt: null, afterId: null });

describe('a first read', () => {
  it.each(['list', 'search'] as const)('by %s remembers when it began, and ends with everything since then still to come', (mode) => {
    const second = advance(advance(startOfAll(mode), AT, '103'), AT + 99_000, null);
    expect(second).toEqual({ version: 1, mode, startedAt: iso(AT), [mode === 'list' ? 'after' : 'afterId']: '103' });
    expect(finish(second, 5_000)).toEqual(idle(AT - 5_000));
  });
  it('takes everything for changed where HubSpot does not tell the time', () =>
    expect(finish(advance(startOfAll('list'), null, null), 5_000)).toEqual(idle(0)));
});

describe('a read of changes', () => {
  it('looks back over the overlap, and never before 1970', () => {
    const changes = idle(AT);
    if (changes.mode !== 'changes') throw new Error('not a read of changes');
    expect(lowestStamp(changes, 600_000)).toBe(AT - 600_000);
    expect(lowestStamp({ ...changes, since: iso(0) }, 600_000)).toBe(0);
  });
  it('goes on behind the last id of the same window', () =>
    expect(advance(idle(AT), AT + 60_000, '713492963559')).toEqual({
      version: 1,
      mode: 'changes',
      since: iso(AT),
      startedAt: iso(AT + 60_000),
      afterId: '713492963559',
    }));
  it('never moves back', () => expect(finish(advance(idle(AT), AT - 60_000, null), 5_000)).toEqual(idle(AT)));
  it('stays where it is when HubSpot does not tell the time', () => expect(finish(advance(idle(AT), null, null), 0)).toEqual(idle(AT)));

  prop.prop([
    fc.integer({ min: 0, max: 5_000 }),
    fc.array(fc.record({ startedAt: fc.integer({ min: 0, max: 10_000 }), id: fc.integer({ min: 1 }) }), { minLength: 1, maxLength: 6 }),
    fc.integer({ min: 0, max: 600 }),
  ])('ends no later than its first answer began, whatever pages and resumes lie between, and survives storage', (since, pages, lag) => {
    let position = idle(AT + since * 1_000);
    for (const { startedAt, id } of pages)
      position = parseCheckpoint(JSON.parse(JSON.stringify(advance(position, AT + startedAt * 1_000, String(id)))));
    expect(finish(position, lag * 1_000)).toEqual(idle(Math.max(AT + since * 1_000, AT + pages[0]!.startedAt * 1_000 - lag * 1_000)));
  });
});

describe('parseCheckpoint', () => {
  const good = { version: 1, mode: 'list', startedAt: iso(AT), after: '103' };
  it.each([
    ['of a first read', good],
    ['of changed companies', { ...idle(AT), company: { afterId: '9', recordAfterId: '101' } }],
    ['of lists', { ...idle(AT), joined: { recordAfterId: '101' }, marks: { '611': { after: 'MjUw%3D', first: '7' } } }],
  ])('reads what it wrote %s', (_, written) => expect(parseCheckpoint(written)).toEqual(written));
  it('keeps the marks of lists at the end, and no place within it', () => {
    const marks = { '611': { after: 'MjUw', first: '7' } };
    const within = parseCheckpoint({ ...idle(AT), joined: { recordAfterId: '101' }, marks });
    expect(finish(within, 0)).toEqual({ ...idle(AT), marks });
  });
  it.each([
    ['another version', { ...good, version: 2 }],
    ['another mode', { ...good, mode: 'idle' }],
    ['an unknown key', { ...good, since: iso(AT) }],
    ['a hostile cursor', { ...good, after: '103&archived=true' }],
    ['a hostile id', { version: 1, mode: 'search', startedAt: null, afterId: '0 OR 1' }],
    ['a hostile time', { ...good, startedAt: 'yesterday' }],
    ['a hostile company', { ...idle(AT), company: { afterId: '0 OR 1', recordAfterId: null } }],
    ['a hostile mark', { ...idle(AT), marks: { '611': { after: 'c9\nx', first: '7' } } }],
    ['text', 'x'],
    ['a list', []],
  ])('refuses %s', (_, json) => expect(() => parseCheckpoint(json)).toThrow(expect.objectContaining({ code: 'invalid_checkpoint' })));
});
