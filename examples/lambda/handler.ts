/**
 * An AWS Lambda with a limit of 60 seconds that imports any number of records: each invocation goes on where the last one
 * stopped. One message of an SQS queue is one connection to be synced.
 */
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { Context, SQSEvent } from 'aws-lambda';
import { isCrmSyncError } from 'crm-sync-engine';
import { engineFor } from './engine-for.ts';

const sqs = new SQSClient({});
const again = (connection: string, delaySeconds: number) =>
  sqs.send(
    new SendMessageCommand({
      QueueUrl: process.env['QUEUE_URL'],
      DelaySeconds: Math.min(delaySeconds, 900), // SQS delays by 15 minutes at most
      MessageBody: JSON.stringify({ connection }),
    }),
  );

export async function handler(event: SQSEvent, context: Context): Promise<void> {
  for (const message of event.Records) {
    const { connection } = JSON.parse(message.body) as { connection: string };
    const engine = await engineFor(connection);
    try {
      // Ends at a committed page while there is still time to say so. Killed earlier, it loses nothing but that page.
      const run = await engine.sync({ trigger: 'queue', timeLimitMs: context.getRemainingTimeInMillis() - 8_000 });
      if (run.status === 'paused') await again(connection, 0);
      if (run.status === 'busy') await again(connection, 30); // the lease of a killed invocation runs out by itself
    } catch (error) {
      if (isCrmSyncError(error) && error.retryable) await again(connection, Math.ceil((error.retryAfterMs ?? 30_000) / 1000));
      else throw error; // to the dead-letter queue, with error.code in its name
    }
  }
}
