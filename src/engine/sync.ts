import type { Run } from '../core/runs/run.ts';
import type { Context } from './context.ts';
import { Lease } from './lease.ts';
import type { SyncOptions } from './options.ts';
import { pendingInto } from './pending.ts';
import { pullInto } from './pull/pull.ts';
import { pushInto } from './push/push.ts';
import type { RunRecorder } from './run-recorder.ts';
import { recorded } from './runs.ts';

/** Pending, push, pull, in one run: a long first import starves no edit. */
export function sync(context: Context, options: SyncOptions): Promise<Run> {
  return recorded(context, 'sync', options, async (run, outer) => {
    run.enter('pending');
    if ((await pendingInto(context, run, outer)) === 'paused') return 'paused';
    run.enter('push');
    if ((await withLease(context, run, { flow: 'push', outer }, (lease) => pushInto(context, run, lease, {}))) === 'paused')
      return 'paused';
    run.enter('pull');
    return withLease(context, run, { flow: 'pull', outer }, (lease) => pullInto(context, run, lease, {}));
  });
}

/** Each flow under its own lease, so that a sync and a lone pull don't work side by side; who has it is noted. */
async function withLease(
  context: Context,
  run: RunRecorder,
  { flow, outer }: { readonly flow: 'push' | 'pull'; readonly outer: Lease },
  work: (lease: Lease) => Promise<'done' | 'paused'>,
): Promise<'done' | 'paused'> {
  const lease = await Lease.take(context, run.session, { name: flow, holder: run.id, outer });
  if (typeof lease === 'string') {
    run.note({ code: 'busy', message: `The ${flow} was left out: run ${lease} is at it.` });
    return 'done';
  }
  try {
    return await work(lease);
  } finally {
    await lease.release();
  }
}
