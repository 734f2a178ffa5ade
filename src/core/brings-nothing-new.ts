import { EMPTY_BODY, type LinkBody } from './link.ts';
import type { CompiledMapping, CrmRecord } from './mapping-types.ts';
import { localOf, remoteOf } from './pair.ts';
import type { Fields } from './value.ts';

/** Of a body without anything open: base, sent, held, modifiedAt. Whatever else it has is for `planFields` to look at. */
const MEMBERS = Object.keys(EMPTY_BODY).length;

/**
 * A record that shows what was last agreed on, while nothing of its link is open and nothing here is left to send: most
 * records of most pages. `planFields` would decide nothing about it; a property test compares the two.
 */
export function bringsNothingNew({ rules }: CompiledMapping, record: CrmRecord, fields: Fields, body: LinkBody): boolean {
  if (body.sent.length > 0 || Object.keys(body).length > MEMBERS) return false;
  for (const rule of rules) {
    const { direction } = rule;
    const remote = direction !== 'outbound' && rule.unusable?.inbound === true ? undefined : rule.readRemote(record);
    if (remote === undefined) {
      if (direction === 'inbound') continue;
      return false;
    }
    const pair = body.base[rule.key]; // what every object inherits is no value, and has no `remote`
    if (pair === undefined || remoteOf(pair) !== remote) return false;
    if (direction !== 'inbound' && localOf(pair) !== (fields[rule.field] ?? null)) return false;
  }
  return true;
}
