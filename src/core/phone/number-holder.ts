import type { Millis } from '../values/value.ts';

/** A number that a contact had. */
export interface FormerNumber {
  readonly contactId: string;
  /** Null: not known since when. */
  readonly from: Millis | null;
  readonly until: Millis;
}

/** A contact that has the number now. */
export interface NumberOwner {
  readonly contactId: string;
  /** Null: not known since when. */
  readonly since: Millis | null;
}

export interface HolderInput {
  readonly owners: readonly NumberOwner[];
  readonly former: readonly FormerNumber[];
  /** When the number was used. */
  readonly at: Millis;
}

/**
 * Whose number it was at a time (R20). Before anybody is known to have had it, it counts as the first holder's: a contact is
 * often imported after its call. After somebody gave it up it is nobody's until another one has it; a call in between could be
 * either's, so that both are named.
 *
 * @returns Contact ids, each once; several: nobody can say.
 */
export function holdersAt({ owners, former, at }: HolderInput): readonly string[] {
  const spans = [
    ...former.map(({ contactId, from, until }) => ({ contactId, from: from ?? Number.NEGATIVE_INFINITY, until })),
    ...owners.map(({ contactId, since }) => ({
      contactId,
      from: since ?? Math.max(Number.NEGATIVE_INFINITY, ...former.filter((one) => one.contactId !== contactId).map(({ until }) => until)),
      until: Number.POSITIVE_INFINITY,
    })),
  ];
  const covering = idsOf(spans.filter(({ from, until }) => from <= at && at < until));
  if (covering.length > 0) return covering;
  const first = Math.min(...spans.map(({ from }) => from));
  // An owner of whom it is not known since when may have been before the first: it shared the number with who came and left.
  if (at < first) return idsOf([...spans.filter(({ from }) => from === first), ...owners.filter(({ since }) => since === null)]);
  const next = Math.min(...spans.filter(({ from }) => from > at).map(({ from }) => from));
  if (next === Number.POSITIVE_INFINITY) return [];
  const last = Math.max(...spans.filter(({ until }) => until <= at).map(({ until }) => until));
  return idsOf([...spans.filter(({ until }) => until === last), ...spans.filter(({ from }) => from === next)]);
}

const idsOf = (spans: readonly { readonly contactId: string }[]): readonly string[] => [
  ...new Set(spans.map(({ contactId }) => contactId)),
];
