import type { Json } from '../../core/values/value.ts';
import { objectOf } from '../payload/object-of.ts';
import { plainObject } from '../payload/plain-json.ts';
import { resultsOf } from '../payload/results.ts';
import type { VapiAnalysis } from './wire.ts';

type Results = Readonly<Record<string, Json>>;

/**
 * Structured data and structured outputs as one flat record, the outputs first: Vapi puts them in the place of the data. An
 * output goes by its name, and each member of an output that is an object by `<name>.<member>`.
 */
export function analysisOf(analysis: VapiAnalysis | undefined, structuredOutputs: unknown, nameOf: (name: string) => string): Results {
  const { summary, successEvaluation, structuredData } = analysis ?? {};
  return resultsOf({ summary, successEvaluation }, plainObject(structuredData), outputsOf(structuredOutputs, nameOf));
}

/** In the order of their ids, which are stable: of two outputs of one name the same one counts at every delivery. */
function outputsOf(structuredOutputs: unknown, nameOf: (name: string) => string): Results {
  const results: [string, Json][] = [];
  const outputs = Object.entries(plainObject(structuredOutputs) ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));
  for (const [id, output] of outputs) {
    const { name, result } = objectOf(output) ?? {};
    if (result === undefined) continue;
    const key = nameOf(typeof name === 'string' && name !== '' ? name : id);
    results.push([key, result as Json]);
    for (const [member, value] of Object.entries(objectOf(result) ?? {})) results.push([`${key}.${member}`, value as Json]);
  }
  return Object.fromEntries(results);
}
