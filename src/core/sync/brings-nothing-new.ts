import { EMPTY_BODY, type LinkBody, type Pair } from '../link/link.ts';
import { localOf, remoteOf } from '../link/pair.ts';
import type { CompiledMapping, CompiledRule, CrmRecord } from '../mapping/mapping-types.ts';
import { membersReader } from '../values/members.ts';
import type { Fields } from '../values/value.ts';
import { remotesReader } from './remotes-reader.ts';

/** Of a body without anything open: base, sent, held, modifiedAt. Whatever else it has is for `planFields` to look at. */
const MEMBERS = Object.keys(EMPTY_BODY).length;

/**
 * Finds records that show what was last agreed on, while nothing of their link is open and nothing here is left to send: most
 * records of most pages. `planFields` would decide nothing about them; a property test compares the two.
 */
export function nothingNewFinder({ rules }: CompiledMapping): (record: CrmRecord, fields: Fields, body: LinkBody) => boolean {
  const readRemotes = remotesReader(rules);
  const readPairs = membersReader(rules.map(({ key }) => key));
  return (record, fields, body) => {
    if (body.sent.length > 0 || Object.keys(body).length > MEMBERS) return false;
    const remotes = readRemotes(record);
    const pairs = readPairs(body.base) as readonly (Pair | undefined)[];
    for (let index = 0; index < rules.length; index += 1) {
      const { direction, field } = rules[index] as CompiledRule;
      const remote = remotes[index];
      if (remote === undefined) {
        if (direction === 'inbound') continue;
        return false;
      }
      const pair = pairs[index];
      if (pair === undefined || remoteOf(pair) !== remote) return false;
      if (direction !== 'inbound' && localOf(pair) !== (fields[field] ?? null)) return false;
    }
    return true;
  };
}
