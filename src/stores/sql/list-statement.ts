import { asciiFold } from '../../core/base/ascii-fold.ts';
import type { ContactSort, Place } from '../../core/contacts/contact-order.ts';
import type { Value } from '../../core/values/value.ts';
import { CONVERSATIONS, type ListQuery } from '../../ports/store.ts';
import type { BoundScope } from '../semantics/check-scope.ts';
import type { SqlValue } from './dialect.ts';
import { type Sides, type Surroundings, sidesOf } from './list-conditions.ts';
import type { Bind, ListWords, Operand } from './list-words.ts';

export interface ListStatement {
  readonly text: string;
  readonly values: readonly SqlValue[];
}

/** An expression that rows are put in order by, and the same of a value of a place. */
interface Key {
  readonly expression: string;
  readonly at: (value: Value) => string;
  readonly direction: 'ascending' | 'descending';
}

/** Ids of contacts that may match, in order. Every value is bound; a name of a field is a value, too. */
export function listStatement(words: ListWords, scope: BoundScope, query: ListQuery): ListStatement {
  const given: SqlValue[] = [];
  const bind = (value: SqlValue) => `{:${given.push(value) - 1}:}`;
  const known = new Map<string, Operand>();
  const from = words.from(bind, { workspace: scope.workspace, entity: query.entity });
  const [workspace, connection] = [bind(scope.workspace), bind(scope.connection)];
  const operand = (name: string): Operand => {
    const made = known.get(name) ?? operandOf(words, name, workspace, bind);
    known.set(name, made);
    return made;
  };
  const around: Surroundings = {
    words,
    bind,
    operand,
    hasLink: (object, state) => {
      const ofObject = `l.workspace = ${workspace} and l.connection = ${connection} and l.contact_id = ${words.id}
        and l.object = ${bind(object)}`;
      return `exists (select 1 from ${words.links} l where ${ofObject}${state === undefined ? '' : ` and l.state = ${bind(state)}`})`;
    },
  };
  const sides: Sides | null = query.where === null ? null : sidesOf(query.where, around);
  const keys = query.sort.map((one) => keysOf(words, operand(one.field), one, bind));
  const behind = query.after === null ? '' : ` and ${isBehind(words, keys, query.after, bind)}`;
  const order = [
    ...keys.flat().map(({ expression, direction }) => `${expression} ${direction === 'ascending' ? 'asc' : 'desc'}`),
    `${words.id} asc`,
  ].join(', ');
  const where = sides === null ? '' : ` and ${sides.may}`;
  return numbered(words, `select ${words.id} as id ${from}${where}${behind} order by ${order} limit ${bind(query.limit)}`, given);
}

/** Of a condition one side is used: what the text has no use for must not be bound, for PostgreSQL asks for its type. */
function numbered({ mark }: ListWords, draft: string, given: readonly SqlValue[]): ListStatement {
  const values: SqlValue[] = [];
  const marks = new Map<string, string>();
  const text = draft.replaceAll(/\{:(\d+):\}/g, (_, index: string) => {
    const known = marks.get(index) ?? mark(values.push(given[Number(index)] ?? null));
    marks.set(index, known);
    return known;
  });
  return { text, values };
}

function operandOf(words: ListWords, name: string, workspace: string, bind: Bind): Operand {
  const member = name === CONVERSATIONS.count ? 'count' : name === CONVERSATIONS.lastAt ? 'lastAt' : null;
  if (member === null) return words.field(name, bind);
  const { text, number, boolean } = words.conversations(member);
  const kept = (expression: string) =>
    `(select ${expression} from ${words.entries} where e.workspace = ${workspace} and e.connection = ''
      and e.kind = '${CONVERSATIONS.kind}' and e.contact_id = ${words.id} limit 1)`;
  const of = { text: kept(text), number: kept(number), boolean: kept(boolean) };
  // Of whom nothing is kept, there was none.
  return member === 'count'
    ? { ...of, number: `coalesce(${of.number}, 0)`, isBlank: '1 = 0' }
    : { ...of, isBlank: `coalesce(${of.text}, '') = ''` };
}

const isText = (value: Value): value is string => typeof value === 'string';
const isNothing = (value: Value): boolean => value === null || value === '';

/** As `comparePlaces`: blank ones last, numbers before text, text folded and then as it is. */
function keysOf(
  words: ListWords,
  { text, number, boolean, isBlank }: Operand,
  { direction = 'ascending' }: ContactSort,
  bind: Bind,
): readonly Key[] {
  return [
    {
      expression: `case when ${isBlank} then 1 else 0 end`,
      at: (value) => (isNothing(value) ? '1' : '0'),
      direction: 'ascending',
    },
    {
      expression: `case when ${isBlank} or ${text} is null then 0 else 1 end`,
      at: (value) => (isNothing(value) || !isText(value) ? '0' : '1'),
      direction,
    },
    {
      expression: `coalesce(${number}, case ${boolean} when 'true' then 1 when 'false' then 0 end, 0)`,
      at: (value) => words.json(isText(value) ? 0 : Number(value), bind).number,
      direction,
    },
    {
      expression: words.ordered(`coalesce(${words.lower(text)}, '')`),
      at: (value) => words.json(isText(value) ? asciiFold(value) : '', bind).text,
      direction,
    },
    {
      expression: words.ordered(`coalesce(${text}, '')`),
      at: (value) => words.json(isText(value) ? value : '', bind).text,
      direction,
    },
  ];
}

/** Behind a place: later in the first key in which the two differ, or in all of them alike and later by id. */
function isBehind(words: ListWords, keys: readonly (readonly Key[])[], after: Place, bind: Bind): string {
  const flat = keys.flatMap((some, index) => some.map((key) => ({ ...key, value: key.at(after.values[index] ?? null) })));
  return flat.reduceRight(
    (rest, { expression, direction, value }) =>
      `(${expression} ${direction === 'ascending' ? '>' : '<'} ${value} or (${expression} = ${value} and ${rest}))`,
    `${words.id} > ${bind(after.id)}`,
  );
}
