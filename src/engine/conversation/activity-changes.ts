import { isKnownPart, mergeActivityText, type PartMark } from '../../core/activity/merge-activity-text.ts';
import { hashOf } from '../../core/base/hash.ts';
import type { Value } from '../../core/values/value.ts';
import type { ActivityRecord } from '../../ports/connector.ts';
import { type ActivityEntry, hashes, type Written } from './activity-entry.ts';

type Values = Readonly<Record<string, Value>>;
type Pair = readonly [field: string, value: Value];

/** What a later delivery changes about an activity, as far as it is known without asking the CRM. */
export interface ActivityNews {
  readonly fields: readonly Pair[];
  /** The field of the text, and the marks of its parts; null: nothing of it is new, or it is a field like any other. */
  readonly text: (NonNullable<ActivityRecord['text']> & { readonly marks: readonly PartMark[] }) | null;
}

export interface ActivityChanges {
  /** To be written. */
  readonly values: Values;
  /** What is ours already: a lost update is seen to have written it. */
  readonly seen: Written;
  /** What is ours once the values are written. */
  readonly written: Written;
  readonly parts: readonly PartMark[];
  /** Something stays as a person has left it. */
  readonly kept: boolean;
  /** Part of the text has no room. */
  readonly full: boolean;
}

/** @param order - Of the conversation, where several make the activity: what an earlier one has given is not its to change. */
export function newsOf({ values, createOnly, text }: ActivityRecord, entry: ActivityEntry, order?: string): ActivityNews {
  const { written, parts: marks, givenBy = {} } = entry;
  const isEarlier = (field: string) => order !== undefined && (givenBy[field] ?? order) < order;
  const hasParts = text !== undefined && marks !== undefined;
  const isNew =
    hasParts &&
    text.parts.some(
      (part) =>
        !isKnownPart(
          part,
          marks.find(({ name }) => name === part.name),
        ),
    );
  const fields = Object.entries(values).filter(
    ([field, value]) =>
      !(hasParts && field === text.field) && !createOnly.includes(field) && !isEarlier(field) && written[field] !== hashOf(value),
  );
  return { fields, text: isNew ? { ...text, marks } : null };
}

/** By field, the earliest of the conversations that have a value for it. */
export function givenBy(
  { values }: ActivityRecord,
  before: Readonly<Record<string, string>> = {},
  order?: string,
): Readonly<Record<string, string>> {
  if (order === undefined) return before;
  const mine = Object.keys(values).filter((field) => !Object.hasOwn(before, field) || order < before[field]!);
  return { ...before, ...Object.fromEntries(mine.map((field) => [field, order])) };
}

/** What is to be written, now that the CRM has shown what stands there: never over what a person has edited since (R22). */
export function changesOf({ fields, text }: ActivityNews, entry: ActivityEntry, present: Values): ActivityChanges {
  const isThere = ([field, value]: Pair) => present[field] === value;
  const isOurs = ([field]: Pair) => {
    const known = [entry.written[field], entry.intent?.written[field]].filter((hash) => hash !== undefined);
    // Blank, and never written: no earlier delivery had a value for it. Once it was written, a person has cleared it.
    if (present[field] === null && known.length === 0) return true;
    return present[field] === undefined || known.includes(hashOf(present[field]));
  };
  const shown = text === null ? undefined : present[text.field];
  const merged =
    text === null || shown === undefined ? null : mergeActivityText(String(shown ?? ''), { ...text, maybe: entry.intent?.parts ?? [] });
  const values = {
    ...Object.fromEntries(fields.filter((pair) => !isThere(pair) && isOurs(pair))),
    ...(text !== null && merged !== null && merged.text !== (shown ?? '') ? { [text.field]: merged.text } : {}),
  };
  const ours = fields.flatMap((pair) => (isThere(pair) || isOurs(pair) ? [[pair[0], present[pair[0]] ?? null] as const] : []));
  const seen = { ...entry.written, ...hashes(Object.fromEntries(ours)) };
  return {
    values,
    seen,
    written: { ...seen, ...hashes(values) },
    parts: merged?.marks ?? entry.parts ?? [],
    kept: merged?.kept ?? text !== null,
    full: merged?.full === true,
  };
}
