import type { Agreed, LinkBody, OpenConflict } from '../link/link.ts';
import { agreedOn } from '../link/pair.ts';
import type { Conflict, EndReason } from './plan-types.ts';

interface EndedPlace {
  readonly recordId: string;
  readonly contactId: string;
  /** Mapping key. */
  readonly crm: string;
  readonly base: Agreed | null;
}

/** An open conflict that is over as it was last seen: nobody decides it any more. */
export function endConflict(place: EndedPlace, known: OpenConflict, reason: EndReason): Conflict {
  const { kind: _, reason: __, ...open } = known;
  return { ...place, ...open, event: 'closed', winner: null, open: null, reason };
}

/** The open conflicts of a link that goes: about a record that the contact has no more there is nothing to decide. */
export function endConflicts(
  { open = {}, ...body }: LinkBody,
  place: Pick<EndedPlace, 'recordId' | 'contactId'>,
): { readonly body: LinkBody; readonly conflicts: readonly Conflict[] } {
  const conflicts = Object.entries(open).map(([crm, known]) =>
    endConflict({ ...place, crm, base: agreedOn(body.base, crm) ?? null }, known, 'link_closed'),
  );
  return { body, conflicts };
}
