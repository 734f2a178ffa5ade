import { webhookError } from '../incoming.ts';
import { type Bytes, joinBytes } from './bytes.ts';

/**
 * The raw bytes of a request, read once.
 *
 * @throws CrmSyncError `body_already_read`, `body_too_large`, `body_unreadable` (retryable: the connection broke).
 */
export async function readBody(request: Request, bodyBytesMax: number): Promise<Bytes> {
  if (request.bodyUsed || request.body?.locked === true)
    throw webhookError(
      'body_already_read',
      'The body of the request was read before.',
      'Hand the request over before anything else reads its body, for example before a JSON parser runs.',
    );
  if (Number(request.headers.get('content-length')) > bodyBytesMax) throw tooLarge(bodyBytesMax);
  const chunks: Uint8Array[] = [];
  let size = 0;
  try {
    for await (const chunk of request.body ?? []) {
      size += chunk.byteLength;
      if (!(size <= bodyBytesMax)) break; // also for a limit that is no number; leaving the loop cancels the stream
      chunks.push(chunk);
    }
  } catch {
    throw webhookError('body_unreadable', 'The body of the request broke off.', 'Answer with 503: the platform delivers it again.', true);
  }
  if (!(size <= bodyBytesMax)) throw tooLarge(bodyBytesMax);
  return joinBytes(chunks);
}

const tooLarge = (bodyBytesMax: number) =>
  webhookError(
    'body_too_large',
    `The body of the request is larger than ${bodyBytesMax} bytes.`,
    'Raise `bodyBytesMax` if the platform does send payloads of this size.',
  );
