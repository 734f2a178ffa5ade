import { type Column, columnsOf, invalidField, invalidType } from './column.ts';
import type { ConditionContext, Filter } from './condition-context.ts';
import type { Condition, InnerQuery } from './syntax.ts';
import { malformed } from './tokens.ts';

type Join = Extract<Condition, { kind: 'join' }>;
/** Most of them in one WHERE. */
const JOINS_MAX = 2;
const NOT_JOINED = new Set(['Event', 'Note', 'Task']);

/**
 * A semi-join, `Id IN (SELECT ContactId FROM CampaignMember WHERE …)`, or an anti-join with NOT IN.
 *
 * Source: SOQL and SOSL Reference, Considerations for Semi-Join and Anti-Join Queries.
 *
 * @throws SalesforceFailure where the reference forbids it.
 */
export function compileJoin(
  context: ConditionContext,
  { path, negated, inner }: Join,
  compile: (context: ConditionContext, condition: Condition) => Filter,
): Filter {
  const { org, object, text, columnOf, isOuter, seen } = context;
  const left = columnOf(path);
  const refuse = (message: string) => malformed(text, path.at, message);
  if (!isOuter || seen === undefined) throw refuse('Nesting of semi join sub-selects is not supported');
  if (!left.direct || (left.field.type !== 'id' && left.field.type !== 'reference'))
    throw refuse(`semi join sub-selects can only query id fields, cannot use: '${path.names.join('.')}'`);
  const child = org.schema.object(inner.from.text);
  if (child === undefined) throw invalidType(text, inner.from.at, inner.from.text);
  if (child === object) throw refuse('The inner and outer selects should not be on the same object type');
  if (NOT_JOINED.has(child.name)) throw refuse(`Entity '${child.name}' is not supported for semi join inner selects`);
  const innerColumnOf = columnsOf(org, child, text, null);
  const right = innerColumnOf(inner.select);
  checkSelected(context, { left, right }, inner);
  const filter = inner.where === null ? null : compile({ org, object: child, text, columnOf: innerColumnOf, isOuter: false }, inner.where);
  const found = new Set<unknown>();
  for (const record of org.database.all(child.name)) if (seen(record) && (filter === null || filter(record))) found.add(right.read(record));
  return (record) => {
    const value = left.read(record);
    return value !== null && found.has(value) !== negated;
  };
}

function checkSelected(
  { object, text }: ConditionContext,
  { left, right }: { readonly left: Column; readonly right: Column },
  { select }: InnerQuery,
): void {
  const named = select.names.join('.');
  if (!right.direct || right.field.type !== 'reference')
    throw invalidField(text, select.at, `The inner select field '${named}' is no foreign key field`);
  const wanted = left.field.type === 'id' ? [object.name] : left.field.referenceTo;
  if (!right.field.referenceTo.some((name) => wanted.includes(name)))
    throw invalidField(text, select.at, `The left operand field and the inner select field '${named}' refer to different objects`);
}

/** Joins stand in the AND of the whole WHERE only, two of them at most. */
export function checkJoins(text: string, where: Condition): void {
  const parts = where.kind === 'all' ? where.parts : [where];
  const allowed = parts.filter((part) => part.kind === 'join');
  const nested = parts.flatMap((part) => (part.kind === 'join' ? [] : joinsIn(part)));
  if (nested[0] !== undefined)
    throw malformed(
      text,
      nested[0].path.at,
      'Semi join sub-selects are only allowed at the top level WHERE expressions and not in nested WHERE expressions.',
    );
  if (allowed.length > JOINS_MAX) throw malformed(text, allowed[JOINS_MAX]!.path.at, `Only ${JOINS_MAX} semi join sub-selects are allowed`);
}

function joinsIn(condition: Condition): readonly Join[] {
  if (condition.kind === 'join') return [condition];
  if (condition.kind === 'not') return joinsIn(condition.part);
  return condition.kind === 'compare' ? [] : condition.parts.flatMap(joinsIn);
}
