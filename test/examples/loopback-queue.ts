import { createHash, randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';

export interface Sent {
  readonly body: string;
  readonly delaySeconds: number;
}

export interface LoopbackQueue extends AsyncDisposable {
  /** Of the service, as in `AWS_ENDPOINT_URL_SQS`. */
  readonly endpoint: string;
  readonly queueUrl: string;
  /** Messages that were sent and not yet taken, in order. */
  readonly messages: readonly Sent[];
  take(): Sent | undefined;
}

/** The one operation of SQS that the example uses, on 127.0.0.1, in the protocol of the real service (AWS JSON 1.0). */
export async function loopbackQueue(): Promise<LoopbackQueue> {
  const messages: Sent[] = [];
  let endpoint = '';
  let queueUrl = '';
  const server = createServer((request, response) => {
    const answer = (status: number, body: unknown) =>
      response.writeHead(status, { 'content-type': 'application/x-amz-json-1.0' }).end(JSON.stringify(body));
    sendMessage(request, queueUrl).then(
      (message) => {
        messages.push(message);
        answer(200, { MessageId: randomUUID(), MD5OfMessageBody: createHash('md5').update(message.body).digest('hex') });
      },
      (error: unknown) => answer(400, { __type: 'com.amazonaws.sqs#InvalidParameterValue', message: String(error) }),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  queueUrl = `${endpoint}/000000000000/connections-to-sync`;
  return {
    endpoint,
    queueUrl,
    messages,
    take: () => messages.shift(),
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function sendMessage(request: IncomingMessage, queueUrl: string): Promise<Sent> {
  const body = (await json(request)) as { readonly QueueUrl?: unknown; readonly MessageBody?: unknown; readonly DelaySeconds?: unknown };
  const { QueueUrl, MessageBody, DelaySeconds = 0 } = body;
  if (request.headers['x-amz-target'] !== 'AmazonSQS.SendMessage') throw new Error('Only SendMessage is known here.');
  if (!request.headers.authorization?.startsWith('AWS4-HMAC-SHA256 Credential=')) throw new Error('The request is not signed.');
  if (QueueUrl !== queueUrl) throw new Error(`There is no queue ${String(QueueUrl)}.`);
  if (typeof MessageBody !== 'string' || MessageBody === '') throw new Error('A message has a body.');
  if (!(typeof DelaySeconds === 'number' && Number.isInteger(DelaySeconds) && DelaySeconds >= 0 && DelaySeconds <= 900))
    throw new Error(`DelaySeconds ${String(DelaySeconds)} is not between 0 and 900.`);
  return { body: MessageBody, delaySeconds: DelaySeconds };
}
