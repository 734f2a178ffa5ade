/** A body larger than asked for; what was read is thrown away. */
class TooLarge extends Error {
  override readonly name = 'TooLarge';
  readonly code = 'answer_too_large';
}

/** Reads a body as UTF-8 text and stops at `bytesMax`, so that a runaway answer can't fill the memory. */
export async function readText(response: Response, bytesMax: number): Promise<string> {
  if (!response.body) return '';
  const reader = response.body.getReader();
  const decoder = new TextDecoder();
  let text = '';
  let bytes = 0;
  for (;;) {
    const { done, value } = await reader.read(); // ends with the stream, or with the request's time limit
    if (done) return text + decoder.decode();
    bytes += value.byteLength;
    if (bytes > bytesMax) {
      await reader.cancel();
      throw new TooLarge();
    }
    text += decoder.decode(value, { stream: true });
  }
}
