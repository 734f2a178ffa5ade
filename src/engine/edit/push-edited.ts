import { isCrmSyncError } from '../../errors.ts';
import type { Context } from '../context.ts';
import type { FlowOptions } from '../options.ts';
import { type ContactPushed, pushContacts } from '../push/push-contacts.ts';
import { recordedAside } from '../runs.ts';
import { OUT_OF_TIME } from '../step.ts';

/** How an edit was sent to the CRM. The edit itself is kept, however that went: the next push goes on with what is pending. */
export interface EditPush extends ContactPushed {
  /** The recorded push that it was a part of. */
  readonly run: string;
}

/** Sends what these contacts have to send in one recorded push, whatever other runs are under way. */
export async function pushEdited(
  context: Context,
  contactIds: readonly string[],
  options: Pick<FlowOptions, 'timeLimitMs' | 'signal'>,
): Promise<ReadonlyMap<string, EditPush>> {
  let pushed: ReadonlyMap<string, ContactPushed> = new Map();
  let failure: ContactPushed = { status: 'pending', ...OUT_OF_TIME, refused: [] };
  let id = '';
  try {
    await recordedAside(context, 'push', { ...options, trigger: 'edit', interactive: true }, async (run) => {
      id = run.id;
      pushed = await pushContacts(context, run, contactIds);
      return [...pushed.values()].some(({ reason }) => reason === OUT_OF_TIME.reason) ? 'paused' : 'done';
    });
  } catch (error) {
    if (!isCrmSyncError(error)) throw error;
    failure = { status: 'pending', reason: error.code, remedy: error.remedy, refused: [] };
  }
  return new Map(contactIds.map((contactId) => [contactId, { ...(pushed.get(contactId) ?? failure), run: id }]));
}
