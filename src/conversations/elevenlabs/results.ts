import type { Json } from '../../core/values/value.ts';
import { objectOf } from '../payload/object-of.ts';
import { plainObject } from '../payload/plain-json.ts';
import { resultsOf } from '../payload/results.ts';
import type { ElevenLabsAnalysis } from './wire.ts';

type Results = Readonly<Record<string, Json>>;

/** Collected data by its id, criteria as `evaluation_criteria_results.<id>`, and ElevenLabs' own results by their names. */
export function analysisOf(analysis: ElevenLabsAnalysis): Results {
  const { call_successful, transcript_summary, call_summary_title, evaluation_criteria_results = {} } = analysis;
  const criteria = Object.entries(evaluation_criteria_results).map(([id, judged]) => [`evaluation_criteria_results.${id}`, judged?.result]);
  return resultsOf(
    { call_successful, transcript_summary, call_summary_title },
    plainObject(Object.fromEntries(criteria)),
    listed(analysis.data_collection_results_list),
    collected(analysis.data_collection_results),
  );
}

const collectedValue = (result: unknown): Json => (objectOf(result)?.['value'] ?? null) as Json;

function collected(results: unknown): Results {
  return Object.fromEntries(Object.entries(plainObject(results) ?? {}).map(([id, result]) => [id, collectedValue(result)]));
}

/** The form in which some deliveries repeat the collected data, by name. */
function listed(list: unknown): Results {
  const { items } = plainObject({ items: list }) ?? {};
  if (!Array.isArray(items)) return {};
  const named = items.map((result: unknown) => [objectOf(result)?.['name'], collectedValue(result)] as const);
  return Object.fromEntries(named.filter((entry): entry is readonly [string, Json] => typeof entry[0] === 'string'));
}
