import { type Condition, type Filter, fold, instantOf } from '../../core/mapping/filter.ts';
import { linkFactObject } from '../../core/schema/contact-facts.ts';
import type { Value } from '../../core/values/value.ts';
import type { Bind, ListWords, Operand } from './list-words.ts';

/**
 * A condition twice, since a database folds letters, reads times and parses numbers otherwise than we do: `may` is true wherever the
 * filter is, `must` only where it is. What is in between is decided by the core. Neither is ever null.
 */
export interface Sides {
  readonly may: string;
  readonly must: string;
}

export interface Surroundings {
  readonly words: ListWords;
  readonly bind: Bind;
  readonly operand: (name: string) => Operand;
  /** Whether the contact has a record of the object, in this state or in any. */
  readonly hasLink: (object: string, state?: string) => string;
}

const TRUE = '1 = 1';
const FALSE = '1 = 0';
const ASCII = /^\p{ASCII}*$/u;
const DAY_MS = 24 * 60 * 60 * 1000;

const exactly = (condition: string): Sides => ({ may: condition, must: condition });
const isTrue = (condition: string): string => `coalesce(${condition}, ${FALSE})`;
const not = ({ may, must }: Sides): Sides => ({ may: `not (${must})`, must: `not (${may})` });
const joined = (parts: readonly Sides[], word: 'and' | 'or', none: string): Sides => ({
  may: parts.length === 0 ? none : `(${parts.map(({ may }) => may).join(` ${word} `)})`,
  must: parts.length === 0 ? none : `(${parts.map(({ must }) => must).join(` ${word} `)})`,
});

export function sidesOf(filter: Filter, around: Surroundings): Sides {
  if ('all' in filter)
    return joined(
      filter.all.map((part) => sidesOf(part, around)),
      'and',
      TRUE,
    );
  if ('any' in filter)
    return joined(
      filter.any.map((part) => sidesOf(part, around)),
      'or',
      FALSE,
    );
  if ('not' in filter) return not(sidesOf(filter.not, around));
  const object = linkFactObject(filter.field);
  return object === null ? ofField(filter, around) : ofLink(filter, object, around);
}

function ofField(condition: Condition, around: Surroundings): Sides {
  const operand = around.operand(condition.field);
  if ('blank' in condition) return condition.blank ? exactly(operand.isBlank) : not(exactly(operand.isBlank));
  if ('eq' in condition) return isSame(operand, condition.eq, around);
  if ('ne' in condition) return not(isSame(operand, condition.ne, around));
  if ('in' in condition)
    return joined(
      condition.in.map((value) => isSame(operand, value, around)),
      'or',
      FALSE,
    );
  if ('contains' in condition) return contains(operand, condition.contains, around);
  if ('since' in condition) return compared(operand, condition.since, '>', around);
  return 'lt' in condition ? compared(operand, condition.lt, '<', around) : compared(operand, condition.gt, '>', around);
}

function isSame(operand: Operand, value: Value, { words, bind }: Surroundings): Sides {
  if (value === null || value === '') return exactly(operand.isBlank);
  const bound = (one: Value) => words.json(one, bind);
  if (typeof value === 'boolean') return exactly(isTrue(`${operand.boolean} = '${value}'`));
  if (typeof value === 'number') return { may: near(operand, value, bind), must: FALSE };
  const folded = fold(value);
  const isOther = isTrue(words.hasOthersThanAscii(operand.text));
  if (!ASCII.test(folded)) return { may: isOther, must: isTrue(`${operand.text} = ${bound(value).text}`) };
  const isEqual = isTrue(`${words.lower(operand.text)} = ${bound(folded).text}`);
  return { may: `(${isEqual} or ${isOther})`, must: isEqual };
}

function contains({ text }: Operand, part: string, { words, bind }: Surroundings): Sides {
  const folded = fold(part);
  const isOther = isTrue(words.hasOthersThanAscii(text));
  if (!ASCII.test(folded)) return { may: isOther, must: FALSE };
  const isThere = isTrue(words.isIn(words.json(folded, bind).text, words.lower(text)));
  return { may: `(${isThere} or ${isOther})`, must: isThere };
}

/** Databases differ in the last digits of what they read. */
const around = (value: number): number => Math.max(1, Math.abs(value)) * 1e-9;
const finite = (value: number): number => Math.min(Number.MAX_VALUE, Math.max(-Number.MAX_VALUE, value));
const near = ({ number }: Operand, value: number, bind: Bind): string =>
  isTrue(`${number} between ${bind(finite(value - around(value)))} and ${bind(finite(value + around(value)))}`);

function compared(operand: Operand, value: string | number, sign: '<' | '>', { words, bind }: Surroundings): Sides {
  if (typeof value === 'number') {
    const [inner, outer] = sign === '<' ? [value - around(value), value + around(value)] : [value + around(value), value - around(value)];
    const at = (limit: number) => isTrue(`${operand.number} ${sign} ${bind(finite(limit))}`);
    return { may: at(outer), must: at(inner) };
  }
  const instant = instantOf(value);
  const { text } = operand;
  if (instant === null) return { may: isTrue(`${text} is not null`), must: FALSE };
  // A time is written with the day of its own zone, which is a day off at most.
  const edge = new Date(instant + (sign === '<' ? DAY_MS : -DAY_MS));
  const day = edge.getUTCFullYear() >= 1 && edge.getUTCFullYear() <= 9999 ? edge.toISOString().slice(0, 10) : null;
  const isDay = words.beginsWithDay(text);
  if (day === null) return { may: isTrue(isDay), must: FALSE };
  const isNear = `${words.ordered(`substr(${text}, 1, 10)`)} ${sign}= ${words.json(day, bind).text}`;
  return { may: isTrue(`${isDay} and ${isNear}`), must: FALSE };
}

/** A contact may have had several records of an object: which of them counts is decided by the core. */
function ofLink(condition: Condition, object: string, { hasLink }: Surroundings): Sides {
  const isSameState = (state: Value): Sides => {
    if (state === null || state === '') return not(exactly(hasLink(object)));
    return { may: typeof state === 'string' ? hasLink(object, fold(state)) : FALSE, must: FALSE };
  };
  if ('blank' in condition) return condition.blank ? not(exactly(hasLink(object))) : exactly(hasLink(object));
  if ('eq' in condition) return isSameState(condition.eq);
  if ('ne' in condition) return not(isSameState(condition.ne));
  if ('in' in condition) return joined(condition.in.map(isSameState), 'or', FALSE);
  return { may: hasLink(object), must: FALSE };
}
