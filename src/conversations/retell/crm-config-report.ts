import type { Issue } from '../../errors.ts';
import { objectOf } from '../payload/object-of.ts';

type Path = Issue['path'];

/** Collects what could not be carried over; nothing is left out without a line here. */
export class Report {
  readonly issues: Issue[] = [];

  add(path: Path, code: string, message: string, remedy: string): void {
    this.issues.push({ path, code, message, remedy });
  }

  /** Members that this package does not know. */
  others(object: Readonly<Record<string, unknown>>, known: readonly string[], at: Path): void {
    for (const key of Object.keys(object))
      if (!known.includes(key))
        this.add([...at, key], 'not_carried_over', 'has no counterpart here', 'Look up what it does at Retell, and whether it is needed.');
  }

  /** The objects of a list with their positions. An absent list is empty; anything else is reported. */
  objects(list: unknown, at: Path): readonly (readonly [number, Readonly<Record<string, unknown>>])[] {
    if (list === undefined || list === null) return [];
    if (!Array.isArray(list)) {
      this.add(at, 'wrong_type', 'must be a list', 'Give it as Retell answers it.');
      return [];
    }
    return list.flatMap((item: unknown, index) => {
      const object = objectOf(item);
      if (object !== undefined) return [[index, object] as const];
      this.add([...at, index], 'wrong_type', 'must be an object', 'Give it as Retell answers it.');
      return [];
    });
  }
}
