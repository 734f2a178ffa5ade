import { own } from '../base/own.ts';
import type { Value } from '../values/value.ts';
import { readAssociationName } from './association-name.ts';
import type { BoundAnswer, BoundWrite, WritePlace } from './bound-submission.ts';
import { lookupOf } from './exclusive.ts';
import type { AnsweredField, LogForm } from './log-form.ts';

type Values = Readonly<Record<string, Value>>;

/** Where a field writes by itself; undefined: nowhere, the host takes the answer. A tie goes to the object, whatever label its options have. */
function placeOf(field: AnsweredField): WritePlace | undefined {
  const { options } = field as { readonly options?: { readonly association?: string } };
  const place = field.writes === 'association' ? { association: options?.association } : field.writes;
  if (place === undefined || !('association' in place)) return place;
  return place.association === undefined ? undefined : { association: readAssociationName(place.association).object };
}

/** Where a value stands among the others: the second of an exclusive group stands in its lookup field. */
function standsAt(form: LogForm, field: AnsweredField, values: Values): WritePlace | undefined {
  if ((own(values, field.key) ?? null) === null) return undefined;
  const lookup = lookupOf(form, field.key, values);
  return lookup === undefined ? placeOf(field) : { activityField: lookup };
}

const nameOf = (place: WritePlace): string => JSON.stringify(place);
const isSame = (a: WritePlace | undefined, b: WritePlace | undefined): boolean =>
  a !== undefined && b !== undefined && nameOf(a) === nameOf(b);

/**
 * What leads from the values that the CRM holds to those that it should hold. A value may move without being answered: when the
 * first of an exclusive group is cleared, the second gets the tie.
 */
export function planWrites(
  form: LogForm,
  before: Values,
  after: Values,
  answers: Readonly<Record<string, BoundAnswer>>,
): readonly BoundWrite[] {
  const clears: BoundWrite[] = [];
  const sets: BoundWrite[] = [];
  for (const field of form.fields) {
    if (field.type === 'note') continue;
    const { key } = field;
    const [from, to] = [standsAt(form, field, before), standsAt(form, field, after)];
    const [held, wanted] = [own(before, key) ?? null, own(after, key) ?? null];
    const previous = held === null ? {} : { previous: held };
    const stays = isSame(from, to);
    if (from !== undefined && !stays) clears.push({ key, to: from, action: 'clear', ...previous });
    if (to !== undefined && wanted !== null && !(stays && held === wanted))
      sets.push({ key, to, action: 'set', value: wanted, ...(stays && previous) });
    const place = placeOf(field);
    if (own(answers, key)?.action === 'clear' && from === undefined && place !== undefined)
      clears.push({ key, to: place, action: 'clear' });
  }
  // A field that gets another value need not be emptied first; a tie must, since several may stand beside each other.
  const filled = new Set(sets.filter((write) => !('association' in write.to)).map((write) => nameOf(write.to)));
  // Fields with options of different labels tie records of the same object: what another one ties stays.
  const tied = new Set(
    form.fields.flatMap((field) => {
      const place = field.type === 'note' ? undefined : standsAt(form, field, after);
      return place !== undefined && 'association' in place ? [`${nameOf(place)} ${own(after, field.key)}`] : [];
    }),
  );
  const isStillTied = ({ to, previous }: BoundWrite): boolean => 'association' in to && tied.has(`${nameOf(to)} ${previous}`);
  return [...clears.filter((write) => !filled.has(nameOf(write.to)) && !isStillTied(write)), ...sets];
}
