import { describe, expect, it } from 'vitest';
import { deepFreeze } from '../../../../src/core/base/freeze.ts';
import { EMPTY_BODY, type LinkBody, type Sent } from '../../../../src/core/link/link.ts';
import { dueAt, settleDone, settleExpired, settleNothing } from '../../../../src/core/sync/settle.ts';

const sentOf = (op: string, until: number, values: Sent['values'] = { Status: { local: 'Qualified', remote: 'Q' } }): Sent => ({
  op,
  at: until - 10,
  until,
  values,
});
const bodyOf = (over: Partial<LinkBody>): LinkBody => deepFreeze({ ...EMPTY_BODY, ...over });
const base = { Status: { local: 'New', remote: 'N' }, Email: { local: 'a@example.com', remote: 'a@example.com' } };
const held = { Status: { code: 'unknown_option', remedy: 'Add it.', valueHash: 'x', retryAt: 500 } };

describe('a write that is done (R7)', () => {
  const body = bodyOf({ base, held, sent: [sentOf('op1', 100), sentOf('op2', 200)], modifiedAt: '2026-01-01T00:00:00.000Z' });

  it('agrees on what was sent, frees the field and keeps other intents', () => {
    expect(settleDone(body, 'op1', {})).toEqual({
      base: { ...base, Status: { local: 'Qualified', remote: 'Q', ours: true } },
      held: {},
      over: { Status: 'N' },
      sent: [sentOf('op2', 200)],
      modifiedAt: '2026-01-01T00:00:00.000Z',
    });
  });

  it('takes what the CRM made of the value, and its stamp; the answer never changes the local half', () => {
    const settled = settleDone(body, 'op1', { Status: 'Qualified (auto)', Other: 'x' }, '2026-01-02T00:00:00.000Z');
    expect(settled.base['Status']).toEqual({ local: 'Qualified', remote: 'Qualified (auto)', ours: true });
    expect(settled.base['Other']).toBeUndefined();
    expect(settled.modifiedAt).toBe('2026-01-02T00:00:00.000Z');
    expect(settleDone(body, 'op1', { Status: null }).base['Status']).toEqual({ local: 'Qualified', remote: null, ours: true });
  });

  it('keeps what it replaced, as far as there was something that both sides agreed on (P4)', () => {
    expect(settleDone(body, 'op1', { Status: 'N' }).over).toBeUndefined(); // the CRM has put it back in its very answer
    const first = bodyOf({ sent: [sentOf('op1', 100)] });
    expect(settleDone(first, 'op1', {}).over).toBeUndefined();
    const earlier = bodyOf({ base, over: { Email: 'x', Status: 'old' }, sent: [sentOf('op1', 100)] });
    expect(settleDone(earlier, 'op1', {}).over).toEqual({ Email: 'x', Status: 'N' });
    expect(settleExpired(earlier, { Status: 'Q' }, 101).over).toEqual({ Email: 'x', Status: 'N' });
    expect(settleExpired(earlier, { Status: 'N' }, 101).over).toEqual({ Email: 'x', Status: 'old' });
  });

  it('changes nothing a second time, or for an operation that is not ours', () => {
    const once = settleDone(body, 'op1', {});
    expect(settleDone(once, 'op1', { Status: 'other' })).toBe(once);
    expect(settleDone(body, 'op9', {})).toBe(body);
  });
});

describe('a write without effect', () => {
  const body = bodyOf({ base, sent: [sentOf('op1', 100), sentOf('op2', 200)] });
  it('takes the intent away and leaves the pair as it was', () => {
    expect(settleNothing(body, 'op1')).toEqual({ ...body, sent: [sentOf('op2', 200)] });
  });
  it('holds the field at fault, beside those that are held already (R12)', () => {
    const before = { Email: { code: 'invalid', remedy: 'Correct it.', valueHash: 'y', retryAt: null } };
    expect(settleNothing({ ...body, held: before }, 'op1', held).held).toEqual({ ...before, ...held });
  });
});

describe('an intent whose time is over (R8)', () => {
  const body = bodyOf({
    base,
    sent: [sentOf('op1', 100), sentOf('op2', 200, { Email: { local: 'b@example.com', remote: 'b@example.com' } })],
  });
  const CASES: Record<string, readonly [Readonly<Record<string, string | null>>, object]> = {
    'shows what was sent: agreed': [{ Status: 'Q' }, { local: 'Qualified', remote: 'Q', ours: true }],
    'shows the value from before: not written': [{ Status: 'N' }, base.Status],
    'shows another value: not written, or changed since': [{ Status: 'W' }, base.Status],
    'is blank': [{ Status: null }, base.Status],
    'is hidden: counts as not written': [{}, base.Status],
  };
  it.each(Object.keys(CASES))('the CRM field %s', (name) => {
    const [remote, pair] = CASES[name]!;
    const settled = settleExpired(body, remote, 101);
    expect(settled.base['Status']).toEqual(pair);
    expect(settled.sent.map(({ op }) => op)).toEqual(['op2']);
  });

  it('is left alone up to its very end', () => {
    expect(settleExpired(body, { Status: 'Q' }, 100)).toBe(body);
    expect(settleExpired(body, { Status: 'Q', Email: 'b@example.com' }, 201).sent).toEqual([]);
  });

  it('of two on one field the later one counts', () => {
    const twice = bodyOf({ sent: [sentOf('op1', 100), sentOf('op2', 110, { Status: { local: 'Working', remote: 'Q' } })] });
    expect(settleExpired(twice, { Status: 'Q' }, 200).base['Status']).toEqual({ local: 'Working', remote: 'Q', ours: true });
  });
});

it('a link is due when its first intent ends or its first held field is', () => {
  const later = { code: 'a', remedy: '', valueHash: '', retryAt: 300 };
  expect(dueAt(EMPTY_BODY)).toBeNull();
  expect(dueAt(bodyOf({ sent: [sentOf('op1', 100), sentOf('op2', 50)] }))).toBe(50);
  expect(dueAt(bodyOf({ held: { A: later, B: { ...later, retryAt: null } } }))).toBe(300);
  expect(dueAt(bodyOf({ held: { B: { ...later, retryAt: null } } }))).toBeNull();
  expect(dueAt(bodyOf({ sent: [sentOf('op1', 100)], held: { A: later } }))).toBe(100);
});
