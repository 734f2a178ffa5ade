import type { FormerNumber } from '../../core/phone/number-holder.ts';
import type { Millis } from '../../core/values/value.ts';
import type { Entry, EntryChange } from '../../ports/store.ts';
import type { Context } from '../context.ts';
import { KIND } from '../kinds.ts';
import { keyOf, loadClaims } from '../match-keys.ts';

/** A contact that gives up its number. */
export interface LeftNumber {
  readonly contactId: string;
  readonly number: string;
}

/** Numbers that contacts give up stay theirs for the time they had them (R20). Erasing the contact removes them. */
export async function formerNumberEntries(context: Context, left: readonly LeftNumber[], at: Millis): Promise<EntryChange[]> {
  const claims = await loadClaims(context, [...new Set(left.map(({ number }) => keyOf('contact', 'phone_number', number)))]);
  return left.map(({ contactId, number }) => {
    const claim = claims.get(keyOf('contact', 'phone_number', number));
    const from = claim?.contactId === contactId ? claim.since : null;
    const key = `${number}|${new Date(at).toISOString()}|${contactId}`;
    // `any`: a number may come and go within one millisecond, and that is one fact.
    return { scope: 'workspace', kind: KIND.formerNumber, key, expected: 'any', put: { body: { from, until: at }, contactId } };
  });
}

const PAGE = 100;

/** Who had a number earlier, the latest last. Contacts that are gone may be among them. */
export async function formerNumbers({ store }: Context, number: string): Promise<readonly FormerNumber[]> {
  const prefix = `${number}|`;
  const found: Entry[] = [];
  for (let after = prefix; ; ) {
    const page = await store.entries({ scope: 'workspace', kind: KIND.formerNumber, after, limit: PAGE });
    found.push(...page.filter(({ key }) => key.startsWith(prefix)));
    if (page.length < PAGE || page.at(-1)?.key.startsWith(prefix) !== true) break;
    after = page.at(-1)?.key ?? '';
  }
  return found.flatMap(({ body, contactId }) =>
    contactId === null ? [] : [{ contactId, ...(body as unknown as { readonly from: Millis | null; readonly until: Millis }) }],
  );
}
