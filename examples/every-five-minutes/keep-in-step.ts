import type { Clock, CrmSyncEngine } from 'crm-sync-engine';
import { runEvery } from './run-every.ts';

export interface KeepInStepOptions {
  readonly everyMs?: number;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly onFailure: (error: unknown) => void;
}

/** The first import is somebody's click, who sees what goes wrong with it. From then on the schedule goes on by itself. */
export async function keepInStep(engine: CrmSyncEngine, options: KeepInStepOptions): Promise<void> {
  const { everyMs = 5 * 60_000, clock, signal, onFailure } = options;
  await engine.pull({ trigger: 'manual', signal });
  await runEvery({ everyMs, clock, signal, onFailure, work: () => engine.sync({ trigger: 'schedule', signal }) });
}
