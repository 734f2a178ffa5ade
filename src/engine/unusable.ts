import type { CompiledMapping } from '../core/mapping/mapping-types.ts';
import type { RunRecorder } from './run-recorder.ts';

/** A mapped field that the CRM doesn't show, or doesn't let us write, is absent: nothing is cleared, and the run says which. */
export function noteUnusable(run: RunRecorder, { crmObject: object, rules }: CompiledMapping): void {
  for (const { key, unusable } of rules)
    if (unusable !== null) run.note({ code: unusable.code, object, message: `${key}: ${unusable.remedy}` });
}
