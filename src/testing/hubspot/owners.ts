import type { Millis } from '../../core/values/value.ts';

export interface OwnerSpec {
  readonly email: string;
  readonly firstName?: string;
  readonly lastName?: string;
  /** A user who has left: the API refuses to make this owner one of a record. */
  readonly archived?: boolean;
}

export interface Owner {
  readonly id: string;
  /** Of the user behind the owner: another number. */
  readonly userId: number;
  readonly email: string;
  readonly firstName: string;
  readonly lastName: string;
  readonly archived: boolean;
  readonly at: Millis;
}

export interface Owners {
  add(owner: OwnerSpec, at: Millis): Owner;
  get(id: string): Owner | undefined;
  /** In ascending order of ids. */
  readonly all: readonly Owner[];
}

export function createOwners(): Owners {
  const all: Owner[] = [];
  return {
    add({ email, firstName = '', lastName = '', archived = false }, at) {
      const position = all.length;
      const owner: Owner = {
        id: String(88_842_095 + position * 7),
        userId: 61_000_000 + position * 11,
        email,
        firstName,
        lastName,
        archived,
        at,
      };
      all.push(owner);
      return owner;
    },
    get: (id) => all.find((owner) => owner.id === id),
    all,
  };
}

/** As the owners API shows it. Source: HubSpot developer docs, "Owners". */
export function showOwner({ id, userId, email, firstName, lastName, archived, at }: Owner): Record<string, unknown> {
  const stamp = new Date(at).toISOString();
  return {
    id,
    email,
    type: 'PERSON',
    firstName,
    lastName,
    ...(archived ? {} : { userId }),
    userIdIncludingInactive: userId,
    createdAt: stamp,
    updatedAt: stamp,
    archived,
  };
}
