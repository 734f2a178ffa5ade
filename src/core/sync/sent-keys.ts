import type { LinkBody, Sent } from '../link/link.ts';
import type { CompiledMapping } from '../mapping/mapping-types.ts';
import type { MatchValues } from './plan-types.ts';

/** The match keys that a record has which is being made: those that were sent, whatever the contact has become since. */
export function sentKeys({ matchKeys }: CompiledMapping, { sent }: LinkBody): MatchValues {
  const values = Object.assign({}, ...sent.map((one) => one.values)) as Sent['values'];
  return Object.fromEntries(
    matchKeys.flatMap(({ key, field }) => {
      const local = values[key]?.local;
      return typeof local === 'string' ? [[field, local]] : [];
    }),
  );
}
