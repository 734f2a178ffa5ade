import type { Direction, Party } from '../../core/conversation/conversation.ts';
import { DIRECTIONS } from '../../core/conversation/parse-conversation.ts';
import { present } from '../../core/values/present.ts';
import type { RawObject } from '../payload/object-of.ts';
import { type PayloadOptions, type Sides, sidesOf } from '../payload/sides.ts';
import type { ConversationMapping, PartyPart } from './mapping-types.ts';
import type { Reading } from './reading.ts';

/** Direction and both sides; the host is asked where something is missing. */
export function readSides(reading: Reading, mapping: ConversationMapping, raw: RawObject, options: PayloadOptions): Sides {
  const read = (name: 'contact' | 'agent' | 'from' | 'to') => readPerson(reading, mapping[name], name);
  const named = { contact: read('contact'), agent: read('agent') };
  const [from, to] = [read('from'), read('to')];
  const people = (direction: Direction): { readonly contact?: Person | undefined; readonly agent?: Person | undefined } => {
    if (named.contact !== undefined || named.agent !== undefined) return named;
    return direction === 'inbound' ? { contact: from, agent: to } : direction === 'outbound' ? { contact: to, agent: from } : {};
  };
  const given = {
    direction: reading.word(mapping.direction, DIRECTIONS, ['direction']),
    addresses: (direction: Direction) => {
      const { contact, agent } = people(direction);
      return { contact: contact?.address, agent: agent?.address };
    },
  };
  const sides = sidesOf(raw, given, options);
  const { contact, agent } = people(sides.direction);
  return { ...sides, contact: withDetails(sides.contact, contact), agent: withDetails(sides.agent, agent) };
}

interface Person {
  readonly address: string | undefined;
  readonly extension?: string | undefined;
  readonly email?: string | undefined;
  readonly name?: string | undefined;
  readonly externalId?: string | undefined;
}

function readPerson(reading: Reading, part: PartyPart | undefined, at: string): Person | undefined {
  if (part === undefined) return undefined;
  if (typeof part === 'string') return { address: reading.text(part, [at]) };
  return {
    address: reading.text(part.address, [at, 'address']),
    extension: reading.text(part.extension, [at, 'extension']),
    email: reading.text(part.email, [at, 'email']),
    name: reading.text(part.name, [at, 'name']),
    externalId: reading.text(part.externalId, [at, 'externalId']),
  };
}

/** Without an address, a person with an email address is one that can be found by it. */
function withDetails(party: Party, { extension, email, name, externalId }: Partial<Person> = {}): Party {
  const kind = party.raw === undefined && email !== undefined ? 'email' : party.kind;
  return { ...present<Partial<Party>>({ extension, email, name, externalId }), ...party, kind };
}
