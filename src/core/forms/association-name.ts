export interface AssociationName {
  /** The object of the tied records, as the CRM's API names it. */
  readonly object: string;
  /** The label that a tie must have; null: any. */
  readonly label: string | null;
}

/**
 * What the name of an association says: an object, and after the first colon a label of the tie. An activity is tied to the
 * object, whatever the label.
 *
 * @example
 * readAssociationName('deals') //=> { object: 'deals', label: null }
 * readAssociationName('deals:Decision maker') //=> { object: 'deals', label: 'Decision maker' }
 */
export function readAssociationName(name: string): AssociationName {
  const colon = name.indexOf(':');
  if (colon === -1) return { object: name.trim(), label: null };
  const label = name.slice(colon + 1).trim();
  return { object: name.slice(0, colon).trim(), label: label === '' ? null : label };
}
