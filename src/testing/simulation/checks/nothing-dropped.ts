import type { Entry } from '../../../ports/store.ts';
import type { Broken } from '../broken.ts';
import type { Seen, SeenAccount } from './seen.ts';

/** What is kept for later has had its time: nothing waits any more (P6). */
export function nothingDropped({ there, accounts, entries }: Seen): readonly Broken[] {
  const broken = [...entries('merge').map(stillWaits), ...accounts.flatMap(onAccount)];
  for (const { conversation, unanswered } of there.conversations)
    if (unanswered.size > 0)
      broken.push({ promise: 'P6', message: `conversation ${conversation.id} was never answered`, about: [conversation.id] });
  return broken;
}

function onAccount({ rows, entries, pairs }: SeenAccount): readonly Broken[] {
  const broken = (['merge', 'recheck', 'conversation'] as const).flatMap((kind) => entries(kind).map(stillWaits));
  for (const { row, link } of pairs) {
    const about = [row.id, link.recordId ?? ''];
    if (link.body.sent.length > 0) broken.push({ promise: 'P6', message: `a write to record ${link.recordId} is not settled`, about });
    else if (link.seen !== row.version && Object.keys(link.body.held).length === 0)
      broken.push({ promise: 'P6', message: `contact ${row.id} still has something to send`, about });
  }
  for (const row of rows)
    for (const { state } of row.links)
      if (state === 'creating')
        broken.push({ promise: 'P6', message: `the record of contact ${row.id} is still being made`, about: [row.id] });
  return broken;
}

const stillWaits = ({ kind, key, contactId }: Entry): Broken => ({
  promise: 'P6',
  message: `${kind} ${key} still waits`,
  about: [key, ...key.split(/[|#/]/), ...(contactId === null ? [] : [contactId])],
});
