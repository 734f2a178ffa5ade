import type { RefusedAnswer, TiedRecord } from '../../core/forms/activity-answers.ts';
import type { Context } from '../context.ts';
import type { Session } from '../session.ts';

/** The record, or what it goes on as; null: it is not there. */
export async function presentRecord({ connector }: Context, { call }: Session, { object, id }: TiedRecord): Promise<TiedRecord | null> {
  const [fetched] = await connector.fetch({ object, ids: [id], fields: [] }, call);
  if (fetched?.state === 'merged') return { object: fetched.successorObject ?? object, id: fetched.successor };
  return fetched?.state === 'deleted' || fetched?.state === 'missing' ? null : { object, id };
}

type Ties = Readonly<Record<string, TiedRecord>>;

/** Where what was answered is now: a tie goes to what its record became, and one whose record is gone is left out and told. */
export async function presentTies(context: Context, session: Session, answered: Ties) {
  const ties: Record<string, TiedRecord> = {};
  const gone: RefusedAnswer[] = [];
  for (const [field, tie] of Object.entries(answered)) {
    const present = await presentRecord(context, session, tie);
    if (present === null) gone.push({ field, ...TIE_GONE });
    else ties[field] = present;
  }
  return { ties, gone };
}

const TIE_GONE = {
  code: 'tie_gone',
  message: 'The record that was answered is no longer in the CRM.',
  remedy: 'Answer with another record, or with none.',
} as const;
