import type { ObjectType } from '../schema/object-type.ts';
import type { Schema } from '../schema/schema.ts';

/** One direction of a kind of tie between two objects. */
export interface AssociationType {
  readonly category: 'HUBSPOT_DEFINED' | 'USER_DEFINED';
  readonly typeId: number;
  readonly label: string | null;
  /** As the lists of a record name it: `contact_to_company`. */
  readonly name: string;
  /** Names of the objects. */
  readonly from: string;
  readonly to: string;
  /** The number of the other direction. */
  readonly inverse: number;
}

/** A label that an administrator has made. */
export interface LabelSpec {
  readonly from: string;
  readonly to: string;
  readonly label: string;
  /** What the other direction is called. Default: the same. */
  readonly inverseLabel?: string;
}

export interface AssociationTypes {
  /** By its number. Numbers of HubSpot and of the portal are apart. */
  get(typeId: number): AssociationType | undefined;
  /** All between two objects, in this direction. */
  between(from: ObjectType, to: ObjectType): readonly AssociationType[];
  /** The one without a label. */
  plain(from: ObjectType, to: ObjectType): AssociationType | undefined;
  /** The one of the primary company, where there is such a thing. */
  primary(from: ObjectType, to: ObjectType): AssociationType | undefined;
}

export const PRIMARY = 'Primary';

/** from, to, number, number of the other direction. Source: @hubspot/api-client, AssociationTypes. */
const PLAIN: readonly (readonly [from: string, to: string, typeId: number, inverse: number])[] = [
  ['contact', 'contact', 449, 449],
  ['contact', 'company', 279, 280],
  ['contact', 'deal', 4, 3],
  ['contact', 'ticket', 15, 16],
  ['company', 'company', 450, 450],
  ['company', 'deal', 342, 341],
  ['company', 'ticket', 340, 339],
  ['deal', 'deal', 451, 451],
  ['deal', 'ticket', 27, 28],
  ['ticket', 'ticket', 452, 452],
  ['call', 'contact', 194, 193],
  ['call', 'company', 182, 181],
  ['call', 'deal', 206, 205],
  ['call', 'ticket', 220, 219],
  ['communication', 'contact', 81, 82],
  ['communication', 'company', 87, 88],
  ['communication', 'deal', 85, 86],
  ['communication', 'ticket', 83, 84],
  ['note', 'contact', 202, 201],
  ['note', 'company', 190, 189],
  ['note', 'deal', 214, 213],
  ['note', 'ticket', 228, 227],
];
/** The primary company of a record. */
const PRIMARIES: typeof PLAIN = [
  ['contact', 'company', 1, 2],
  ['deal', 'company', 5, 6],
  ['ticket', 'company', 26, 25],
];
/** Numbers of the portal's own types start here. */
const OWN = 2001;

export function createAssociationTypes(schema: Schema, labels: readonly LabelSpec[]): AssociationTypes {
  const byNumber = new Map<number, AssociationType>();
  const byPair = new Map<string, AssociationType[]>();
  const nameOf = (singular: string): string => schema.find(singular)!.name;
  const add = (type: AssociationType): void => {
    byNumber.set(type.typeId, type);
    const pair = `${type.from}>${type.to}`;
    byPair.set(pair, [...(byPair.get(pair) ?? []), type]);
  };
  const hubspot = (from: string, to: string, typeId: number, inverse: number, label: string | null): void =>
    add({ category: 'HUBSPOT_DEFINED', typeId, label, name: listName(from, to, label), from: nameOf(from), to: nameOf(to), inverse });
  for (const [table, label] of [
    [PRIMARIES, PRIMARY],
    [PLAIN, null],
  ] as const) {
    for (const [from, to, typeId, inverse] of table) {
      hubspot(from, to, typeId, inverse, label);
      if (from !== to) hubspot(to, from, inverse, typeId, label);
    }
  }

  let last = OWN - 1;
  const own = (from: ObjectType, to: ObjectType, label: string | null, inverseLabel: string | null): void => {
    const same = from === to && label === inverseLabel;
    const typeId = last + 1;
    const inverse = same ? typeId : last + 2;
    last = inverse;
    const made = { category: 'USER_DEFINED' as const };
    add({ ...made, typeId, label, name: label ?? `${from.name}_to_${to.name}`, from: from.name, to: to.name, inverse });
    if (!same)
      add({
        ...made,
        typeId: inverse,
        label: inverseLabel,
        name: inverseLabel ?? `${to.name}_to_${from.name}`,
        from: to.name,
        to: from.name,
        inverse: typeId,
      });
  };
  const objects = schema.objects;
  for (const [index, custom] of objects.entries()) {
    if (custom.custom) for (const other of objects.slice(0, index + 1)) own(custom, other, null, null);
  }
  for (const { from, to, label, inverseLabel } of labels) {
    const [one, other] = [schema.named(from), schema.named(to)];
    if (one === undefined || other === undefined)
      throw new TypeError(`fakeHubSpot: the label ${label} ties ${from} and ${to}, and one of them is unknown.`);
    if (label === PRIMARY || label === '') throw new TypeError(`fakeHubSpot: ${JSON.stringify(label)} can be no label of the portal.`);
    own(one, other, label, inverseLabel ?? label);
  }

  const between = (from: ObjectType, to: ObjectType): readonly AssociationType[] => byPair.get(`${from.name}>${to.name}`) ?? [];
  return {
    get: (typeId) => byNumber.get(typeId),
    between,
    plain: (from, to) => between(from, to).find(({ label }) => label === null),
    primary: (from, to) => between(from, to).find(({ label, category }) => label === PRIMARY && category === 'HUBSPOT_DEFINED'),
  };
}

/** Where there is a primary one, it has the short name and the plain one a suffix. */
function listName(from: string, to: string, label: string | null): string {
  const hasPrimary = PRIMARIES.some(([one, other]) => (one === from && other === to) || (one === to && other === from));
  return `${from}_to_${to}${hasPrimary && label === null ? '_unlabeled' : ''}`;
}
