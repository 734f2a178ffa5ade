import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { type Clock, type CrmSyncEngine, isCrmSyncError } from 'crm-sync-engine';
import { retellWebhook, twilioWebhook } from 'crm-sync-engine/conversations';

export interface Host extends AsyncDisposable {
  readonly url: string;
}

export interface HostOptions {
  readonly engine: CrmSyncEngine;
  /** Retell signs its webhooks with it. */
  readonly retellKey: string;
  /** And Twilio with this. */
  readonly twilioToken: string;
  readonly clock: Clock;
}

/** The host app: a web server with a route per platform. Frameworks that speak `Request` and `Response` need only the middle of it. */
export async function startHost({ engine, retellKey, twilioToken, clock }: HostOptions): Promise<Host> {
  const readers = new Map([
    ['/hooks/retell', retellWebhook({ apiKey: retellKey, clock })],
    ['/hooks/twilio', twilioWebhook({ authToken: twilioToken, clock })],
  ]);

  async function onWebhook(request: Request): Promise<{ status: number; body: object }> {
    const read = readers.get(new URL(request.url).pathname);
    if (request.method !== 'POST' || read === undefined) return { status: 404, body: {} };
    try {
      const incoming = await read(request); // the signature is checked over the raw body
      if (incoming.kind === 'ignored') return { status: 200, body: { ignored: incoming.reason } };
      const { steps, complete } = await engine.handleConversation(incoming.conversation);
      const { analysis, push, activity } = steps;
      // What is pending is stored already, and the next sync finishes it: it need not be delivered again.
      return { status: complete ? 200 : 202, body: { analysis: analysis.status, push: push.status, activity: activity.status } };
    } catch (error) {
      if (!isCrmSyncError(error)) throw error;
      const status = error.category === 'webhook' ? 401 : error.retryable ? 503 : 500;
      return { status, body: { code: error.code, remedy: error.remedy } };
    }
  }

  const server = createServer((incoming, outgoing) => {
    answer(incoming, outgoing).catch(() => outgoing.writeHead(500).end('{}'));
  });
  async function answer(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const { status, body } = await onWebhook(requestOf(incoming));
    // Twilio takes only TwiML for an answer, and an empty one sends no reply.
    const isForTwilio = incoming.url === '/hooks/twilio' && status < 300;
    const [type, text] = isForTwilio ? ['text/xml', '<Response/>'] : ['application/json', JSON.stringify(body)];
    outgoing.writeHead(status, { 'content-type': type }).end(text);
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Node's request as the web's, its body untouched, at the address that was asked for: Twilio signs that, too. */
function requestOf(incoming: IncomingMessage): Request {
  const headers = Object.entries(incoming.headers).flatMap(([name, value]): [string, string][] =>
    typeof value === 'string' ? [[name, value]] : [],
  );
  const body = Readable.toWeb(incoming) as ReadableStream<Uint8Array>;
  const url = new URL(incoming.url ?? '/', `http://${incoming.headers.host ?? '127.0.0.1'}`);
  const { method = 'GET' } = incoming;
  return new Request(url, method === 'GET' || method === 'HEAD' ? { method, headers } : { method, headers, body, duplex: 'half' });
}
