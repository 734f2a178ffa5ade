export interface InOrder {
  readonly text: string;
  /** Numbers of the values, in the order in which the statement takes them. */
  readonly order: readonly number[];
}

/** A text with numbered values (`?1`) as one with plain ones, which every driver of SQLite binds. */
export function inOrder(text: string): InOrder {
  const order: number[] = [];
  const plain = text.replaceAll(/\?(\d+)/g, (_, number) => {
    order.push(Number(number));
    return '?';
  });
  return { text: plain, order };
}
