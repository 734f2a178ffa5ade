/** A request as a fake service sees it, whichever way it came: `fetch`, a socket or msw. */
export interface FakeRequest {
  readonly method: string;
  readonly url: URL;
  readonly headers: Headers;
  /** Empty where there is none. */
  readonly body: string;
  readonly signal?: AbortSignal | null;
}

export interface FakeAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Null for an answer without a body. */
  readonly body: string | null;
}

/** @throws ConnectionLost where the caller gets no answer; the abort reason of `signal`. */
export type FakeHandler = (request: FakeRequest) => Promise<FakeAnswer>;

/** The connection broke: the caller cannot know whether the request was carried out. */
export class ConnectionLost extends Error {
  override readonly name = 'ConnectionLost';
  readonly code: 'ECONNRESET' | 'ENOTFOUND';

  constructor(message: string, code: 'ECONNRESET' | 'ENOTFOUND' = 'ECONNRESET') {
    super(message);
    this.code = code;
  }
}

const BODYLESS = new Set([101, 204, 205, 304]);

/** What `fetch` was called with as one request; one that is whole already is not made again. */
export const requestOf = (...[input, init]: Parameters<typeof globalThis.fetch>): Request =>
  input instanceof Request && init === undefined ? input : new Request(input, init);

/** `fetch` that ends in the fake: no network. A broken connection rejects with a TypeError, as in Node. */
export function fetchOf(handle: FakeHandler): typeof globalThis.fetch {
  return async (input, init) => {
    const request = requestOf(input, init);
    request.signal.throwIfAborted();
    try {
      return toResponse(await handle(await toFakeRequest(request)));
    } catch (error) {
      if (error instanceof ConnectionLost) throw new TypeError('fetch failed', { cause: error });
      throw error;
    }
  };
}

export async function toFakeRequest(request: Request): Promise<FakeRequest> {
  const { method, url, headers, signal } = request;
  return { method, url: new URL(url), headers, body: await request.text(), signal };
}

export function toResponse({ status, headers, body }: FakeAnswer): Response {
  return new Response(BODYLESS.has(status) ? null : body, { status, headers });
}
