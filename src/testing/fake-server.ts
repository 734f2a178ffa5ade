import type { IncomingMessage, ServerResponse } from 'node:http';
import { ConnectionLost, type FakeHandler } from './fake-http.ts';

export interface ListeningFake extends AsyncDisposable {
  /** `http://127.0.0.1:<port>`, without a trailing slash. */
  readonly url: string;
  readonly port: number;
  close(): Promise<void>;
}

/**
 * Serves the fake on 127.0.0.1, for a client that takes no `fetch`. `node:http` is loaded only here.
 *
 * @param port - 0 lets the system choose a free one.
 */
export async function listenTo(handle: FakeHandler, port = 0): Promise<ListeningFake> {
  const { createServer } = await import('node:http');
  const server = createServer((request, response) => {
    answer(handle, request, response).catch((error: unknown) => {
      if (!(error instanceof ConnectionLost)) response.writeHead(500).end(String(error));
      else request.socket.destroy();
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  const address = server.address();
  const bound = typeof address === 'object' && address !== null ? address.port : port;
  const close = (): Promise<void> =>
    new Promise((resolve, reject) => {
      server.close((error) =>
        error === undefined || (error as NodeJS.ErrnoException).code === 'ERR_SERVER_NOT_RUNNING' ? resolve() : reject(error),
      );
      server.closeAllConnections();
    });
  return { url: `http://127.0.0.1:${bound}`, port: bound, close, [Symbol.asyncDispose]: close };
}

async function answer(handle: FakeHandler, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const headers = new Headers();
  for (const [name, value] of Object.entries(request.headers)) {
    for (const one of Array.isArray(value) ? value : [value ?? '']) headers.append(name, one);
  }
  const url = new URL(request.url ?? '/', `http://${request.headers.host ?? '127.0.0.1'}`);
  const {
    status,
    headers: answered,
    body,
  } = await handle({ method: request.method ?? 'GET', url, headers, body: Buffer.concat(chunks).toString('utf8') });
  response.writeHead(status, answered).end(body ?? undefined);
}
