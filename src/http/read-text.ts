/** A body larger than asked for; what was read is thrown away. */
export class TooLarge extends Error {
  override readonly name = 'TooLarge';
  readonly code = 'answer_too_large';
}

/** Reads a body and stops at `bytesMax`, so that a runaway one can't fill the memory. */
export async function readBytes({ body }: Pick<Response, 'body'>, bytesMax: number): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  const reader = body?.getReader();
  while (reader) {
    const { done, value } = await reader.read(); // ends with the stream, or with the request's time limit
    if (done) break;
    size += value.byteLength;
    if (size > bytesMax) {
      await reader.cancel();
      throw new TooLarge();
    }
    chunks.push(value);
  }
  const bytes = new Uint8Array(size);
  let offset = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, offset);
    offset += chunk.byteLength;
  }
  return bytes;
}

/** The same as UTF-8 text. */
export const readText = async (response: Pick<Response, 'body'>, bytesMax: number): Promise<string> =>
  new TextDecoder().decode(await readBytes(response, bytesMax));
