import type { Write } from '../../ports/connector.ts';
import { objectKind, recordId } from './objects.ts';

/**
 * The primary company of a contact. HubSpot shows it as a property that can only be read, and keeps it as an association: what
 * is written to the property goes there.
 */
export const EMPLOYER = 'associatedcompanyid';
/** Source: HubSpot developer docs, "Associations", association type ids: from a contact to its primary company. */
export const EMPLOYER_TYPE = { associationCategory: 'HUBSPOT_DEFINED', associationTypeId: 1 } as const;

type Employing = Pick<Write, 'object' | 'values'>;

const names = ({ object, values }: Employing): boolean => Object.hasOwn(values, EMPLOYER) && objectKind(object).name === 'contacts';

/** The company that a write makes the primary one; null: none is to be. Undefined: it says nothing of it. */
export function employerOf(write: Employing): string | null | undefined {
  if (!names(write)) return undefined;
  const value = write.values[EMPLOYER] ?? null;
  return value === null ? null : (recordId(String(value)) ?? undefined);
}

/** The write names as company what can be none: it is refused before anything is sent. */
export const namesNoCompany = (write: Employing): boolean => names(write) && employerOf(write) === undefined;
