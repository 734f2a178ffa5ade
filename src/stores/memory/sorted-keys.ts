import { compareCodePoints } from '../../core/base/compare-code-points.ts';

/** Most keys of a chunk. One insert moves at most so many keys, which keeps inserts fast among 300,000. */
const CHUNK_MAX = 1024;

/** Where `key` is in an ordered list, or where it would go. */
function lowerBound(keys: readonly string[], key: string): number {
  let low = 0;
  let high = keys.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (compareCodePoints(keys[middle]!, key) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** A set of keys that stays in code-point order: a list of ordered chunks. */
export class SortedKeys {
  readonly #chunks: string[][] = [];

  /** The chunk that holds `key`, or that it would go to: the first whose last key is not before it. */
  #chunkOf(key: string): number {
    let low = 0;
    let high = this.#chunks.length - 1;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (compareCodePoints(this.#chunks[middle]!.at(-1)!, key) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  add(key: string): void {
    if (this.#chunks.length === 0) this.#chunks.push([]);
    const place = this.#chunkOf(key);
    const chunk = this.#chunks[place]!;
    const index = lowerBound(chunk, key);
    if (chunk[index] === key) return;
    chunk.splice(index, 0, key);
    if (chunk.length > CHUNK_MAX) this.#chunks.splice(place + 1, 0, chunk.splice(CHUNK_MAX / 2));
  }

  delete(key: string): void {
    if (this.#chunks.length === 0) return;
    const place = this.#chunkOf(key);
    const chunk = this.#chunks[place]!;
    const index = lowerBound(chunk, key);
    if (chunk[index] !== key) return;
    chunk.splice(index, 1);
    if (chunk.length === 0) this.#chunks.splice(place, 1);
  }

  /** The keys behind `after`, in ascending order; null: all. The set may not change meanwhile. */
  *ascending(after: string | null): Generator<string> {
    const first = after === null ? 0 : this.#chunkOf(after);
    for (let place = first; place < this.#chunks.length; place++) {
      const chunk = this.#chunks[place]!;
      let index = after !== null && place === first ? lowerBound(chunk, after) : 0;
      if (after !== null && chunk[index] === after) index += 1;
      for (; index < chunk.length; index++) yield chunk[index]!;
    }
  }

  /** The keys before `after`, in descending order; null: all. The set may not change meanwhile. */
  *descending(after: string | null): Generator<string> {
    if (this.#chunks.length === 0) return;
    const first = after === null ? this.#chunks.length - 1 : this.#chunkOf(after);
    for (let place = first; place >= 0; place--) {
      const chunk = this.#chunks[place]!;
      const end = after !== null && place === first ? lowerBound(chunk, after) : chunk.length;
      for (let index = end - 1; index >= 0; index--) yield chunk[index]!;
    }
  }
}
