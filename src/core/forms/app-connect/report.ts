import type { Issue } from '../../../errors.ts';

export type Path = readonly (string | number)[];
export type Members = Readonly<Record<string, unknown>>;

/** Collects where a manifest was read with leniency, and what could not be carried over: nothing happens without a line here. */
export class Report {
  readonly issues: Issue[] = [];

  add(path: Path, code: string, message: string, remedy: string): void {
    this.issues.push({ path, code, message, remedy });
  }

  /** Members that say something which forms here do not have. */
  others(object: Members, known: readonly string[], at: Path): void {
    for (const key of Object.keys(object))
      if (!known.includes(key))
        this.add([...at, key], 'not_carried_over', 'has no counterpart here', 'Look up what it does, and whether it is needed.');
  }

  /** The objects of a list with their positions. An absent list is empty; anything else is told. */
  objects(list: unknown, at: Path): readonly (readonly [number, Members])[] {
    if (list === undefined || list === null) return [];
    if (!Array.isArray(list)) {
      this.add(at, 'wrong_type', 'must be a list', 'Give a list.');
      return [];
    }
    return list.flatMap((item: unknown, index) => {
      if (isObject(item)) return [[index, item] as const];
      this.add([...at, index], 'wrong_type', 'must be an object', 'Give an object.');
      return [];
    });
  }

  /** True or false where it is; text that says so is told. */
  flag(value: unknown, at: Path): boolean | undefined {
    if (value === undefined || value === null || typeof value === 'boolean') return value ?? undefined;
    const read = value === 'true' ? true : value === 'false' ? false : undefined;
    this.add(at, 'wrong_type', 'must be true or false', read === undefined ? 'It was left out.' : 'It was read as what the text says.');
    return read;
  }

  text(value: unknown, at: Path): string | undefined {
    if (value === undefined || value === null || value === '') return undefined;
    if (typeof value === 'string') return value;
    this.add(at, 'wrong_type', 'must be text', 'It was left out.');
    return undefined;
  }
}

export const isObject = (value: unknown): value is Members => typeof value === 'object' && value !== null && !Array.isArray(value);
