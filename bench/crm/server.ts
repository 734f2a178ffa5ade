/** A made-up CRM in a process of its own, so that neither its work nor its memory is measured: it keeps nothing, every page is made when it is asked for. */
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { fetched, indexOf } from '../people.ts';

/** How long an answer takes beside the making of it: the network, and a CRM that has to look. */
const latencyMs = Number(process.argv[2] ?? 0);

const server = createServer(async (request, response) => {
  if (latencyMs > 0) await pause(latencyMs);
  const url = new URL(request.url ?? '/', 'http://localhost');
  const number = (name: string) => Number(url.searchParams.get(name) ?? 0);
  const answer = (body: unknown) => response.setHeader('content-type', 'application/json').end(JSON.stringify(body));
  if (url.pathname === '/people') {
    const [after, end] = [number('after'), Math.min(number('total'), number('after') + number('limit'))];
    const records = Array.from({ length: Math.max(0, end - after) }, (_, index) => fetched(after + index));
    answer({ records, next: end < number('total') ? end : null });
  } else if (url.pathname === '/ids') answer(((await bodyOf(request)) as string[]).map((id) => fetched(indexOf(id))));
  else answer(((await bodyOf(request)) as unknown[]).map(() => ({ modifiedAt: '2026-02-01T09:00:00.000Z' })));
});

async function bodyOf(request: IncomingMessage): Promise<unknown> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return JSON.parse(Buffer.concat(parts).toString('utf8'));
}

server.keepAliveTimeout = 0; // whoever is busy with a page for long comes back on the same connection
server.listen(0, '127.0.0.1', () => process.send?.({ port: (server.address() as AddressInfo).port }));
process.on('disconnect', () => process.exit());
