import type { CrmFault, HeldRequest, RequestKind } from './contracts/connector/subject.ts';

export interface FaultyFetchOptions {
  /** The CRM's clock: an answer that was held back is dated when it goes. */
  readonly now: () => number;
  /** What a request is; null: one for a token, which is neither counted nor disturbed. Default: what is no GET is a write. */
  readonly kindOf?: (request: Request) => RequestKind | null;
  /** How the CRM says that it is too busy, or that the calls of the account are used up. Default 503, 429, each without a body. */
  readonly answers?: Readonly<Partial<Record<'unavailable' | 'limit', () => Response>>>;
  /**
   * Makes the CRM meet the fault itself, with the request that comes next; true: it will, and nothing else is done. Never asked
   * for `unreachable`. Default: an access token that is no longer good is answered 401, with this request and all that follow.
   */
  readonly strike?: (what: Exclude<CrmFault, 'unreachable'>) => boolean;
}

/** The members of `CrmUnderTest` that have to do with the way to the CRM. */
export interface FaultyFetch {
  readonly fetch: typeof globalThis.fetch;
  calls(): number;
  fault(what: CrmFault, on: RequestKind, times?: number): void;
  hold(on: RequestKind): HeldRequest;
}

/**
 * The way to a CRM, which may be broken or slow: what the contract of a connector asks of `calls`, `fault` and `hold`.
 *
 * @param inner - Answers as the CRM does.
 */
export function faultyFetch(inner: typeof globalThis.fetch, options: FaultyFetchOptions): FaultyFetch {
  const { now, kindOf = ({ method }) => (method === 'GET' ? 'read' : 'write'), answers = {}, strike } = options;
  const faults: { readonly what: CrmFault; readonly on: RequestKind; left: number }[] = [];
  const holds: { readonly on: RequestKind; readonly arrive: () => void; readonly released: Promise<void> }[] = [];
  let count = 0;
  let isShut = false;

  function takeFault(kind: RequestKind): CrmFault | undefined {
    const fault = faults.find(({ on, left }) => on === kind && left > 0);
    if (fault) fault.left -= 1;
    return fault?.what;
  }

  /** What the request meets instead of, or after, being carried out. */
  async function answer(request: Request, what: CrmFault | undefined): Promise<Response> {
    if (what === 'unreachable') throw broken('ENOTFOUND');
    count += 1;
    if (what !== undefined && strike?.(what) === true) return inner(request);
    if (what === 'expired_session' || what === 'revoked') isShut = true;
    if (isShut) return new Response(null, { status: 401 });
    if (what === 'network') throw broken('ECONNRESET');
    if (what === 'unavailable') return answers.unavailable?.() ?? new Response(null, { status: 503 });
    if (what === 'limit') return answers.limit?.() ?? new Response(null, { status: 429 });
    const response = await inner(request);
    if (what === 'lost_ack') throw broken('ECONNRESET');
    if (what !== 'garbled') return response;
    const text = await response.text();
    return new Response(text.slice(0, text.length / 2), { status: response.status, headers: response.headers });
  }

  return {
    calls: () => count,
    fault(what, on, times = 1) {
      faults.push({ what, on, left: times });
    },
    hold(on) {
      const [arrived, released] = [gate(), gate()];
      holds.push({ on, arrive: arrived.open, released: released.opened });
      return { arrived: arrived.opened, release: released.open };
    },
    async fetch(input, init) {
      const request = new Request(input, init);
      const kind = kindOf(request);
      if (kind === null) return inner(request);
      request.signal.throwIfAborted();
      const response = await answer(request, takeFault(kind));
      const hold = holds.find(({ on }) => on === kind);
      if (hold === undefined) return response;
      holds.splice(holds.indexOf(hold), 1);
      hold.arrive();
      await untilAborted(hold.released, request.signal);
      const headers = new Headers(response.headers);
      headers.set('date', new Date(now()).toUTCString()); // a server dates its answer when it sends it
      return new Response(response.body, { status: response.status, headers });
    },
  };
}

/** As Node's fetch fails. */
const broken = (code: string): TypeError => new TypeError('fetch failed', { cause: Object.assign(new Error(code), { code }) });

/** Waited for until somebody opens it. */
function gate(): { readonly opened: Promise<void>; open(): void } {
  let open = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open: () => open() };
}

async function untilAborted(work: Promise<void>, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  const aborted = gate();
  signal.addEventListener('abort', aborted.open);
  await Promise.race([work, aborted.opened]).finally(() => signal.removeEventListener('abort', aborted.open));
  signal.throwIfAborted();
}
