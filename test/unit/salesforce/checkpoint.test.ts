import { test as property } from '@fast-check/vitest';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  advance,
  finish,
  firstStamp,
  keysetClause,
  lowestStamp,
  parseCheckpoint,
  START,
  turnTo,
} from '../../../src/connectors/salesforce/read/checkpoint.ts';

const ID = '003dM00003jU9GyQAK';
const AT = Date.UTC(2025, 2, 15, 10, 30);
const iso = (millis: number) => new Date(millis).toISOString();
const idle = (since: number) =>
  parseCheckpoint({ version: 1, mode: 'changes', since: iso(since), startedAt: null, afterStamp: null, afterId: null });

describe('a first read', () => {
  it('starts without a condition', () => expect(keysetClause(parseCheckpoint(null), 600_000)).toBeNull());
  it('goes on after the last id, and remembers when it began', () => {
    const first = advance(START, AT, { id: ID, stamp: iso(0) });
    const second = advance(first, AT + 99_000, null);
    expect(second).toEqual({ version: 1, mode: 'all', startedAt: iso(AT), afterId: ID });
    expect(keysetClause(second, 600_000)).toBe(`Id > '${ID}'`);
  });
  it('ends with everything since its own start still to come', () => {
    expect(finish(advance(START, AT, null), 5_000)).toEqual(idle(AT - 5_000));
  });
  it('takes everything for changed where Salesforce does not tell the time', () => {
    expect(finish(advance(START, null, null), 0)).toEqual(idle(0));
  });
});

describe('a read of changes', () => {
  it('looks back over the overlap', () => expect(keysetClause(idle(AT), 600_000)).toBe('SystemModstamp >= 2025-03-15T10:20:00Z'));
  it('goes on after stamp and id: thousands may share a second', () => {
    const within = advance(idle(AT), AT + 60_000, { id: ID, stamp: iso(AT + 1_000) });
    expect(keysetClause(within, 600_000)).toBe(
      `(SystemModstamp > 2025-03-15T10:30:01Z OR (SystemModstamp = 2025-03-15T10:30:01Z AND Id > '${ID}'))`,
    );
    expect(finish(within, 0)).toEqual(idle(AT + 60_000));
  });
  it('asks for a whole second where no id is known', () => {
    const within = { ...idle(AT), startedAt: iso(AT), afterStamp: iso(AT) } as ReturnType<typeof idle>;
    expect(keysetClause(within, 600_000)).toBe('SystemModstamp >= 2025-03-15T10:30:00Z');
  });
  it('never moves back', () => expect(finish(advance(idle(AT), AT - 60_000, null), 5_000)).toEqual(idle(AT)));
  it('stays where it is when Salesforce does not tell the time', () => expect(finish(advance(idle(AT), null, null), 0)).toEqual(idle(AT)));

  const page = fc.record({ startedAt: fc.integer({ min: 0, max: 10_000 }), stamp: fc.integer({ min: 0, max: 10_000 }) });
  property.prop([fc.integer({ min: 0, max: 5_000 }), fc.array(page, { minLength: 1, maxLength: 6 }), fc.integer({ min: 0, max: 600 })])(
    'ends no later than its first answer began, whatever pages and resumes lie between, and survives storage',
    (since, pages, lag) => {
      let position = idle(AT + since * 1_000);
      for (const { startedAt, stamp } of pages) {
        position = parseCheckpoint(
          JSON.parse(JSON.stringify(advance(position, AT + startedAt * 1_000, { id: ID, stamp: iso(AT + stamp * 1_000) }))),
        );
      }
      const end = finish(position, lag * 1_000);
      if (end.mode !== 'changes') throw new Error('a read of changes became a first read');
      expect(lowestStamp(end, 0)).toBe(Math.max(AT + since * 1_000, AT + pages[0]!.startedAt * 1_000 - lag * 1_000));
    },
  );
});

describe('a read of the children of changed parents', () => {
  const started = advance(idle(AT), AT + 60_000, { id: ID, stamp: iso(AT + 1_000) });
  if (started.mode !== 'changes') throw new Error('a read of changes became a first read');
  const turned = turnTo(started, 'Account');

  it('starts where the changes started, by the stamp of the parent', () => {
    expect(turned).toEqual({ ...idle(AT), startedAt: iso(AT + 60_000), parent: 'Account' });
    expect(firstStamp(turned, 600_000)).toBe(AT - 600_000);
    expect(keysetClause(turned, 600_000, 'Account.SystemModstamp')).toBe('Account.SystemModstamp >= 2025-03-15T10:20:00Z');
  });
  it('goes on after that stamp and the id of the child, also after it was stored', () => {
    const within = parseCheckpoint(JSON.parse(JSON.stringify(advance(turned, null, { id: ID, stamp: iso(AT) }))));
    expect(within).toMatchObject({ parent: 'Account', afterStamp: iso(AT), afterId: ID });
    expect(keysetClause(within, 600_000, 'A.S')).toBe(`(A.S > 2025-03-15T10:30:00Z OR (A.S = 2025-03-15T10:30:00Z AND Id > '${ID}'))`);
  });
  it('ends where the whole read began, and turns back to the changes', () => {
    expect(finish(advance(turned, AT + 99_000, null), 0)).toEqual(idle(AT + 60_000));
    expect(turnTo(turned, null)).toEqual({ ...idle(AT), startedAt: iso(AT + 60_000) });
  });
});

describe('parseCheckpoint', () => {
  const good = { version: 1, mode: 'all', startedAt: iso(AT), afterId: ID };
  it.each([
    ['another version', { ...good, version: 2 }],
    ['another mode', { ...good, mode: 'idle' }],
    ['an unknown key', { ...good, since: iso(AT) }],
    ['a hostile id', { ...good, afterId: "' OR Id != '" }],
    ['a hostile time', { ...good, startedAt: '2025-03-15T10:30:00Z OR Id != null' }],
    ['a parent of a first read', { ...good, parent: 'Account' }],
    ['a hostile parent', { ...idle(AT), parent: 'Account.Name = null OR Id' }],
    ['text', 'x'],
    ['a list', []],
  ])('refuses %s', (_, json) => expect(() => parseCheckpoint(json)).toThrow(expect.objectContaining({ code: 'invalid_checkpoint' })));
});
