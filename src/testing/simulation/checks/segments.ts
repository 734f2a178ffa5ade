import { compileContactFilter } from '../../../core/mapping/contact-filter.ts';
import { matchesFilter } from '../../../core/mapping/filter.ts';
import { factReader, NO_CONVERSATIONS } from '../../../core/schema/contact-facts.ts';
import type { Broken } from '../broken.ts';
import { schema } from '../engine.ts';
import { segmentsOf } from '../segments-of.ts';
import type { Seen, SeenAccount } from './seen.ts';

/** What the host was told of its segments comes to who is in them, and nothing was told again once it was acknowledged (P5, P6). */
export function segments(seen: Seen): readonly Broken[] {
  return seen.there.shape.segments === true ? seen.accounts.flatMap((account) => onAccount(seen, account)) : [];
}

function onAccount({ there }: Seen, { account, rows }: SeenAccount): readonly Broken[] {
  const { outreach, crm } = account;
  const told = [...outreach.told.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
  const broken = [...outreach.broken];
  for (const { name, where } of segmentsOf(crm.object)) {
    const inIt = new Set<string>();
    for (const { segment, type, contactId } of told) {
      if (segment !== name || type === 'changed') continue;
      if (type === 'entered') inIt.add(contactId);
      else inIt.delete(contactId);
    }
    const filter = compileContactFilter(schema, where, {});
    for (const { id, fields, links, removed } of rows) {
      const isIn = removed !== true && matchesFilter(filter, factReader({ fields, links, conversations: NO_CONVERSATIONS }));
      if (isIn !== inIt.has(id))
        broken.push({
          promise: 'P6',
          message: `contact ${id} is ${isIn ? '' : 'not '}in ${name}, and the host was told otherwise`,
          about: [id],
        });
      inIt.delete(id);
    }
    for (const id of inIt)
      if (!there.departures.erased.has(id))
        broken.push({ promise: 'P6', message: `contact ${id} is gone from ${name}, and the host was not told`, about: [id] });
  }
  return broken;
}
