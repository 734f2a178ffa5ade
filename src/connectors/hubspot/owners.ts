import * as z from 'zod';
import { lazy } from '../../core/base/lazy.ts';
import type { Call, Owner } from '../../ports/connector.ts';
import type { Context } from './context.ts';
import { brokenAnswer } from './errors.ts';
import { recordId } from './objects.ts';
import { OWNERS } from './paths.ts';
import { wirePaging } from './wire-record.ts';

/** Source: HubSpot developer docs, "Owners": records of a page by default, and at most that much is known to be taken. */
const PAGE_MAX = '100';

const text = lazy(() => z.string().nullish().catch(null));
const ownersAnswer = lazy(() =>
  z.object({
    results: z.array(z.object({ id: z.unknown(), email: text(), firstName: text(), lastName: text() })),
    paging: wirePaging(),
  }),
);

/**
 * Users and queues of the account, those who have left too: records may still be theirs, and HubSpot gives them no new ones.
 * A record names an owner by this id, which is not the id of the user behind it.
 */
export async function readOwners(context: Context, call: Call): Promise<readonly Owner[]> {
  return [...(await readAll(context, true, call)), ...(await readAll(context, false, call))];
}

async function readAll({ client }: Context, active: boolean, call: Call): Promise<readonly Owner[]> {
  const owners: Owner[] = [];
  let after: string | null = null;
  // Bound: every page names another place to go on from.
  for (;;) {
    const query: Record<string, string> = { limit: PAGE_MAX, archived: String(!active), ...(after === null ? {} : { after }) };
    const answer = ownersAnswer().safeParse((await client.read(OWNERS, { query }, call)).body);
    if (!answer.success || (after !== null && answer.data.paging === after)) throw brokenAnswer(`GET ${OWNERS.operation}`);
    for (const { id: raw, email, firstName, lastName } of answer.data.results) {
      const id = recordId(raw);
      if (id === null) continue; // nothing could be given to it
      const name = [firstName, lastName].filter((part) => part).join(' ');
      owners.push({ id, name: name || email || id, ...(email ? { email } : {}), active });
    }
    after = answer.data.paging;
    if (after === null) return owners;
  }
}
