/**
 * Reads the same members of many objects, own ones only; what an object lacks is undefined. The records of a page and the rows of
 * a table mostly have the same members in the same order as the first of them: these are read by place, all at once, which
 * takes half as long as to look each of them up by its name.
 *
 * @returns Values in the order of the names, in an array that the next call fills again.
 */
export function membersReader(names: readonly string[]): (of: object) => readonly unknown[] {
  const values: unknown[] = names.map(() => undefined);
  let layout: readonly string[] | undefined;
  let all: unknown[] = [];
  let places: readonly number[] = [];
  return (of) => {
    if (layout === undefined) {
      layout = Object.keys(of);
      all = layout.map(() => undefined);
      places = names.map((name) => (layout as readonly string[]).indexOf(name));
    }
    const isLikeTheFirst = readAll(of as Readonly<Record<string, unknown>>, layout, all);
    for (let index = 0; index < names.length; index += 1)
      values[index] = isLikeTheFirst
        ? all[places[index] as number]
        : ownMember(of as Readonly<Record<string, unknown>>, names[index] as string);
    return values;
  };
}

/** False: the object has other members, or another order; `values` then mean nothing. */
function readAll(of: Readonly<Record<string, unknown>>, layout: readonly string[], values: unknown[]): boolean {
  let place = 0;
  for (const name in of) {
    if (name !== layout[place]) return false;
    values[place] = of[name];
    place += 1;
  }
  // What an object inherits comes last.
  return place === layout.length && (place === 0 || Object.hasOwn(of, layout[place - 1] as string));
}

const ownMember = (of: Readonly<Record<string, unknown>>, name: string): unknown => (Object.hasOwn(of, name) ? of[name] : undefined);
