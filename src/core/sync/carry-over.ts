import type { LinkBody } from '../link/link.ts';
import type { CompiledMapping } from '../mapping/mapping-types.ts';
import { identitiesOf } from '../mapping/plan-fingerprint.ts';

/**
 * What a link still knows under the mapping as it is now (R17). A pair stays while its rule brings the same values into the
 * same field; of a rule that is new, points to another field, or reads otherwise, nothing was ever agreed (R18): its old
 * pair would pass for an edit on one side. Held fields are tried again after every change of the mapping (R12).
 *
 * @param plan - Fingerprint of the mapping that the link was planned with.
 */
export function carryOver({ planFingerprint, rules }: CompiledMapping, plan: string, body: LinkBody): LinkBody {
  if (plan === planFingerprint) return body;
  const planned = identitiesOf(plan);
  const keys = new Set(rules.filter(({ identity }) => planned.has(identity)).map(({ key }) => key));
  const kept = Object.entries(body.base).filter(([key]) => keys.has(key));
  const isWhole = kept.length === Object.keys(body.base).length && Object.keys(body.held).length === 0;
  return isWhole ? body : { ...body, base: Object.fromEntries(kept), held: {} };
}
