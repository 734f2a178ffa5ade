/** One name to several items. Most names have one, which takes no set of its own. */
export class Groups<T extends string | object> {
  readonly #items = new Map<string, T | Set<T>>();

  of(name: string): Iterable<T> {
    const items = this.#items.get(name);
    if (items === undefined) return [];
    return items instanceof Set ? items : [items];
  }

  add(name: string, item: T): void {
    const items = this.#items.get(name);
    if (items === undefined) this.#items.set(name, item);
    else if (items instanceof Set) items.add(item);
    else if (items !== item) this.#items.set(name, new Set([items, item]));
  }

  delete(name: string, item: T): void {
    const items = this.#items.get(name);
    if (items === item) this.#items.delete(name);
    if (!(items instanceof Set)) return;
    items.delete(item);
    if (items.size === 0) this.#items.delete(name);
  }
}
