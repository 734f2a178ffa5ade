import { type CrmFault, type FaultyFetchOptions, faultyFetch } from 'crm-sync-engine/testing';
import { describe, expect, it } from 'vitest';

const URL_OF_ALL = 'https://crm.example/people';
const NOW = Date.parse('2026-01-05T09:00:00Z');

/** A CRM that counts what it carries out. */
function crm(options: Partial<FaultyFetchOptions> = {}) {
  let carriedOut = 0;
  const inner: typeof globalThis.fetch = async () => {
    carriedOut += 1;
    return Response.json({ people: ['Ann', 'Bea'] });
  };
  const wire = faultyFetch(inner, { now: () => NOW, ...options });
  const send = async (method = 'POST') => {
    try {
      const response = await wire.fetch(URL_OF_ALL, { method });
      return { status: response.status, text: await response.text() };
    } catch (error) {
      return { code: ((error as Error).cause as { code?: string }).code };
    }
  };
  return { ...wire, send, carriedOut: () => carriedOut };
}

interface Seen {
  readonly answer: object;
  readonly isCarriedOut: boolean;
  readonly isCounted: boolean;
}
const NOTHING_DONE = { isCarriedOut: false, isCounted: true };
const FAULTS: Readonly<Record<CrmFault, Seen>> = {
  lost_ack: { answer: { code: 'ECONNRESET' }, isCarriedOut: true, isCounted: true },
  garbled: { answer: { status: 200, text: '{"people":["' }, isCarriedOut: true, isCounted: true },
  network: { answer: { code: 'ECONNRESET' }, ...NOTHING_DONE },
  unreachable: { answer: { code: 'ENOTFOUND' }, isCarriedOut: false, isCounted: false },
  unavailable: { answer: { status: 503 }, ...NOTHING_DONE },
  limit: { answer: { status: 429 }, ...NOTHING_DONE },
  expired_session: { answer: { status: 401 }, ...NOTHING_DONE },
  revoked: { answer: { status: 401 }, ...NOTHING_DONE },
};

describe('a request that meets', () => {
  it.each(Object.entries(FAULTS))('%s', async (what, { answer, isCarriedOut, isCounted }) => {
    const { fault, send, calls, carriedOut } = crm();
    fault(what as CrmFault, 'write');
    expect(await send('GET')).toMatchObject({ status: 200 }); // it is of another kind
    expect(await send()).toMatchObject(answer);
    expect([carriedOut(), calls()]).toEqual([isCarriedOut ? 2 : 1, isCounted ? 2 : 1]);
    const isLasting = what === 'revoked' || what === 'expired_session';
    expect(await send()).toMatchObject({ status: isLasting ? 401 : 200 });
  });

  it('a fault of several requests strikes each of them', async () => {
    const { fault, send } = crm();
    fault('limit', 'read', 2);
    expect([await send('GET'), await send('GET'), await send('GET')].map((seen) => seen.status)).toEqual([429, 429, 200]);
  });

  it('what the CRM itself says in such a case', async () => {
    const told: string[] = [];
    const limit = () => Response.json({ error: 'DAILY' }, { status: 403 });
    const strike = (what: string) => what === 'expired_session' && told.push(what) > 0;
    const { fault, send } = crm({ answers: { limit }, strike });
    fault('limit', 'write');
    expect(await send()).toEqual({ status: 403, text: '{"error":"DAILY"}' });
    fault('expired_session', 'write');
    expect(await send()).toMatchObject({ status: 200 }); // the CRM was told, and answers by itself
    expect(told).toEqual(['expired_session']);
  });
});

describe('a request that is held', () => {
  it('is carried out, and its answer comes once it is let go, dated then', async () => {
    const { hold, fetch, carriedOut } = crm();
    const held = hold('write');
    let isAnswered = false;
    const answering = fetch(URL_OF_ALL, { method: 'POST' }).then((response) => {
      isAnswered = true;
      return response;
    });
    await held.arrived;
    expect([carriedOut(), isAnswered]).toEqual([1, false]);
    held.release();
    expect((await answering).headers.get('date')).toBe(new Date(NOW).toUTCString());
    expect(await (await answering).json()).toEqual({ people: ['Ann', 'Bea'] });
  });

  it('can be cut, with the reason of the signal', async () => {
    const { hold, fetch } = crm();
    const held = hold('read');
    const controller = new AbortController();
    const reading = fetch(URL_OF_ALL, { signal: controller.signal });
    await held.arrived;
    const reason = new Error('stopped');
    controller.abort(reason);
    await expect(reading).rejects.toBe(reason);
  });
});

it('a request for a token is neither counted nor disturbed', async () => {
  const { fault, send, calls, carriedOut } = crm({ kindOf: () => null });
  fault('network', 'write');
  expect(await send()).toMatchObject({ status: 200 });
  expect([calls(), carriedOut()]).toEqual([0, 1]);
});
