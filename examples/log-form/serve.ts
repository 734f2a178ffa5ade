/** Serves the application and the page over node:http, on this machine only. */
import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

const PAGE = new URL('page/', import.meta.url);
const TYPES: Readonly<Record<string, string>> = { html: 'text/html', css: 'text/css', js: 'text/javascript' };
/** Nothing but the page's own files runs or is shown: whatever a CRM says is text. */
const HEADERS = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-store',
};
const BODY_BYTES_MAX = 1_000_000;

type Answer = (request: Request) => Response | Promise<Response>;

async function pageFile(path: string): Promise<Response | undefined> {
  const [, name, ending] =
    /^\/page\/([a-z]+\.(css|js))$/.exec(path === '/' ? '/page/index.html' : path) ?? (path === '/' ? ['', 'index.html', 'html'] : []);
  if (name === undefined || ending === undefined) return undefined;
  const text = await readFile(new URL(name, PAGE), 'utf8').catch(() => undefined);
  return text === undefined ? undefined : new Response(text, { headers: { 'content-type': `${TYPES[ending]}; charset=utf-8` } });
}

async function requestOf(incoming: IncomingMessage, origin: string): Promise<Request> {
  const { method = 'GET', url = '/', headers } = incoming;
  const address = new URL(url, origin);
  if (method === 'GET' || method === 'HEAD') return new Request(address, { method });
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > BODY_BYTES_MAX) return new Request(address, { method });
    chunks.push(chunk);
  }
  return new Request(address, { method, body: Buffer.concat(chunks), headers: { 'content-type': headers['content-type'] ?? '' } });
}

export async function serve(answer: Answer, port = 0): Promise<{ readonly url: string; close(): Promise<void> }> {
  const server = createServer((incoming, outgoing) => {
    void (async () => {
      const request = await requestOf(incoming, url);
      const response = (await pageFile(new URL(request.url).pathname)) ?? (await answer(request));
      outgoing.writeHead(response.status, { ...Object.fromEntries(response.headers), ...HEADERS });
      outgoing.end(Buffer.from(await response.arrayBuffer()));
    })().catch((error: unknown) => {
      console.error(error);
      outgoing.writeHead(500).end();
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
