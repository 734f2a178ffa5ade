import { describe, expect, it } from 'vitest';
import { CrmSyncError } from '../../../src/errors.ts';
import { base64Url } from '../../../src/http/base64-url.ts';
import { challengeOf, codeOf } from '../../../src/http/oauth.ts';
import { oneByOne, singleFlight, untilAborted } from '../../../src/http/single-flight.ts';

describe('challengeOf', () => {
  it('is that of RFC 7636, appendix B', () =>
    expect(challengeOf('dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk')).toBe('E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM'));
});

describe('codeOf', () => {
  const refused = (error: string) => new CrmSyncError(error, { code: error, category: 'authentication', remedy: 'Again.' });
  it.each(['', undefined])('lets nobody in whose session has lost the state (%j)', (state) => {
    for (const callback of ['?code=c1', '?code=c1&state=', '?code=c1&state=undefined'])
      expect(() => codeOf(callback, { state: state as string, refused })).toThrow(expect.objectContaining({ code: 'state_mismatch' }));
  });
});

describe('base64Url', () => {
  it.each([
    [[], ''],
    [[0xfb, 0xff], '-_8'],
    [[0x66, 0x6f], 'Zm8'],
  ])('%j', (bytes, text) => expect(base64Url(new Uint8Array(bytes))).toBe(text));
});

describe('oneByOne', () => {
  it('runs in the order of asking, one at a time, also after a failure', async () => {
    const turn = oneByOne();
    const events: string[] = [];
    const work = (name: string, fails = false) =>
      turn(async () => {
        events.push(`${name} starts`);
        await Promise.resolve();
        events.push(`${name} ends`);
        if (fails) throw new Error(name);
        return name;
      });
    const all = await Promise.allSettled([work('a'), work('b', true), work('c')]);
    expect(all.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(events).toEqual(['a starts', 'a ends', 'b starts', 'b ends', 'c starts', 'c ends']);
  });
});

describe('singleFlight', () => {
  it('runs once for all who come while it runs, and anew for who comes after', async () => {
    const flight = singleFlight<number>();
    let runs = 0;
    const work = async () => {
      runs += 1;
      await Promise.resolve();
      return runs;
    };
    expect(await Promise.all([flight(work), flight(work)])).toEqual([1, 1]);
    expect(await flight(work)).toBe(2);
  });
});

describe('untilAborted', () => {
  it('ends the wait with the reason of the signal, and not the work', async () => {
    const controller = new AbortController();
    let end = (_: string) => {};
    const work = new Promise<string>((resolve) => {
      end = resolve;
    });
    const waiting = untilAborted(() => work, controller.signal);
    controller.abort(new Error('enough'));
    await expect(waiting).rejects.toThrow('enough');
    end('done');
    expect(await work).toBe('done');
  });
  it('starts nothing once the signal has aborted', async () => {
    let started = false;
    const work = async () => {
      started = true;
    };
    await expect(untilAborted(work, AbortSignal.abort(new Error('enough')))).rejects.toThrow('enough');
    expect(started).toBe(false);
  });
});
