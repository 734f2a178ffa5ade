import type { LinkBody } from '../link/link.ts';
import { agreedOn, halvesOf } from '../link/pair.ts';
import type { Fields } from '../values/value.ts';

/** A link of another connection of the workspace. */
export interface ForeignLink {
  readonly body: Pick<LinkBody, 'base'>;
  /** Which contact field each of its mapping keys goes to, under the mapping that it was planned with. */
  readonly fields: Readonly<Record<string, string>>;
}

/**
 * Fields whose present value another CRM gave (R25). A pair whose local half was taken from that CRM, and is the contact's
 * value still, says so; whoever edits the field, or sends it there, ends that. What is not known is nobody's.
 */
export function foreignFields(contact: Fields, links: readonly ForeignLink[]): readonly string[] {
  const foreign = links.flatMap(({ body, fields }) =>
    Object.entries(body.base).flatMap(([key, pair]) => {
      const { local, ours } = halvesOf(pair);
      const field = Object.hasOwn(fields, key) ? (fields[key] as string) : undefined;
      return field !== undefined && ours !== true && (contact[field] ?? null) === local ? [field] : [];
    }),
  );
  return [...new Set(foreign)];
}

/** This connection's own link of the contact. */
export interface OwnLink {
  readonly body: Pick<LinkBody, 'base' | 'sent'>;
  readonly fields: Readonly<Record<string, string>>;
}

/**
 * Those of them that this CRM agreed on with another value, or that are on their way to it. The contact had that value since the
 * two met, and it is not told whether another CRM has changed it or somebody typed back what that one has: the field's history
 * knows.
 */
export function doubtfulFields(contact: Fields, foreign: readonly string[], links: readonly OwnLink[]): readonly string[] {
  const hadAnother = (field: string, { body: { base, sent }, fields }: OwnLink): boolean =>
    Object.entries(fields).some(([key, of]) => {
      if (of !== field) return false;
      const pair = agreedOn(base, key);
      const differs = pair !== undefined && pair.local !== (contact[field] ?? null);
      return differs || sent.some(({ values }) => Object.hasOwn(values, key));
    });
  return foreign.filter((field) => links.some((link) => hadAnother(field, link)));
}
