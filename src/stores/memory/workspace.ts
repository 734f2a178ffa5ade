import { compareCodePoints } from '../../core/base/compare-code-points.ts';
import type { LinkElsewhere, Scope } from '../../ports/store.ts';
import { ContactRows } from './contact-rows.ts';
import { EntryRows } from './entry-rows.ts';
import { type LinkRow, LinkRows } from './link-rows.ts';

export class ConnectionRows {
  readonly links = new LinkRows();
  readonly entries = new EntryRows();
}

/** Everything of one tenant. */
export class Workspace {
  readonly contacts = new ContactRows();
  readonly entries = new EntryRows();
  readonly #connections = new Map<string, ConnectionRows>();

  connection(name: string): ConnectionRows {
    const known = this.#connections.get(name);
    if (known) return known;
    const rows = new ConnectionRows();
    this.#connections.set(name, rows);
    return rows;
  }

  /** Links of a contact on every connection but this one, with what the contact is. */
  linksElsewhere(contactId: string, here: ConnectionRows): readonly (LinkRow & { readonly link: LinkElsewhere })[] {
    const others = [...this.#connections].filter(([, rows]) => rows !== here).sort(([a], [b]) => compareCodePoints(a, b));
    return others.flatMap(([connection, { links }]) =>
      links.of(contactId).map(({ entity, link }) => ({ entity, link: Object.freeze({ ...link, connection }) })),
    );
  }

  /** Removes links and entries of a contact, on every connection, and the contact. */
  erase(contactId: string): void {
    this.contacts.delete(contactId);
    this.entries.erase(contactId);
    for (const { links, entries } of this.#connections.values()) {
      links.erase(contactId);
      entries.erase(contactId);
    }
  }
}

/** One workspace as one connection sees it. */
export interface Bound {
  readonly workspace: Workspace;
  readonly connection: ConnectionRows;
}

export const entriesOf = ({ workspace, connection }: Bound, scope: Scope): EntryRows =>
  scope === 'workspace' ? workspace.entries : connection.entries;
