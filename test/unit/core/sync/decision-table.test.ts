import { describe, expect, it } from 'vitest';
import { deepFreeze } from '../../../../src/core/base/freeze.ts';
import { type Agreed, EMPTY_BODY } from '../../../../src/core/link/link.ts';
import { CONFLICT_POLICIES, type ConflictPolicy, type MappingDirection } from '../../../../src/core/mapping/mapping-types.ts';
import { type FieldsPlan, planFields } from '../../../../src/core/sync/plan-fields.ts';
import type { FieldReason } from '../../../../src/core/sync/three-way.ts';
import type { Value } from '../../../../src/core/values/value.ts';
import { compiled, type Rule, START } from '../world.ts';

// One field, every state of both sides and of what they last agreed on. A cell that is left out does not compile.

const BASES = {
  absent: undefined,
  blank: { local: null, remote: null },
  filled: { local: 'agreed', remote: 'agreed' },
} as const satisfies Record<string, Agreed | undefined>;
type Base = keyof typeof BASES;
/** A contact always shows its field, so nothing is absent here; `same` is what was agreed on, or the blank where nothing was. */
const LOCALS = ['blank', 'same', 'different', 'as theirs'] as const;
type Local = (typeof LOCALS)[number];
const REMOTES = ['absent', 'blank', 'same', 'different'] as const;
type Remote = (typeof REMOTES)[number];

const sideOf = (base: Base, side: Local | Remote, different: Value): Value => {
  if (side === 'same') return BASES[base]?.local ?? null;
  return side === 'blank' ? null : side === 'as theirs' ? 'theirs' : different;
};

type Outcome =
  /** Nothing happens. */
  | 'quiet'
  /** The contact has something that still has to reach the CRM. */
  | 'send'
  /** The contact takes the CRM's value, or its blank. */
  | 'take'
  | 'clear'
  /** Both are agreed on as they are, or the CRM's half alone. */
  | 'agree'
  | 'drift'
  | 'drift, send'
  /** Both values are kept, and the CRM's is taken (R18). */
  | 'first conflict'
  /** Both moved apart: the policy decides, where both are filled, and where one is blank. */
  | 'contested'
  | 'blank here'
  | 'blank there';

/** Where a blank is what was agreed on, `blank` and `same` are one state. */
const TABLE: Record<MappingDirection, Record<Base, Record<Local, Record<Remote, Outcome>>>> = {
  inbound: {
    absent: {
      blank: { absent: 'quiet', blank: 'agree', same: 'agree', different: 'take' },
      same: { absent: 'quiet', blank: 'agree', same: 'agree', different: 'take' },
      different: { absent: 'quiet', blank: 'agree', same: 'agree', different: 'first conflict' },
      'as theirs': { absent: 'quiet', blank: 'agree', same: 'agree', different: 'agree' },
    },
    blank: {
      blank: { absent: 'quiet', blank: 'quiet', same: 'quiet', different: 'take' },
      same: { absent: 'quiet', blank: 'quiet', same: 'quiet', different: 'take' },
      different: { absent: 'quiet', blank: 'quiet', same: 'quiet', different: 'contested' },
      'as theirs': { absent: 'quiet', blank: 'quiet', same: 'quiet', different: 'agree' },
    },
    filled: {
      blank: { absent: 'quiet', blank: 'agree', same: 'quiet', different: 'blank here' },
      same: { absent: 'quiet', blank: 'clear', same: 'quiet', different: 'take' },
      different: { absent: 'quiet', blank: 'blank there', same: 'quiet', different: 'contested' },
      'as theirs': { absent: 'quiet', blank: 'blank there', same: 'quiet', different: 'agree' },
    },
  },
  both: {
    absent: {
      blank: { absent: 'quiet', blank: 'agree', same: 'agree', different: 'take' },
      same: { absent: 'quiet', blank: 'agree', same: 'agree', different: 'take' },
      different: { absent: 'send', blank: 'send', same: 'send', different: 'first conflict' },
      'as theirs': { absent: 'send', blank: 'send', same: 'send', different: 'agree' },
    },
    blank: {
      blank: { absent: 'quiet', blank: 'quiet', same: 'quiet', different: 'take' },
      same: { absent: 'quiet', blank: 'quiet', same: 'quiet', different: 'take' },
      different: { absent: 'send', blank: 'send', same: 'send', different: 'contested' },
      'as theirs': { absent: 'send', blank: 'send', same: 'send', different: 'agree' },
    },
    filled: {
      blank: { absent: 'send', blank: 'agree', same: 'send', different: 'blank here' },
      same: { absent: 'quiet', blank: 'clear', same: 'quiet', different: 'take' },
      different: { absent: 'send', blank: 'blank there', same: 'send', different: 'contested' },
      'as theirs': { absent: 'send', blank: 'blank there', same: 'send', different: 'agree' },
    },
  },
  outbound: {
    absent: {
      blank: { absent: 'quiet', blank: 'agree', same: 'agree', different: 'agree' },
      same: { absent: 'quiet', blank: 'agree', same: 'agree', different: 'agree' },
      different: { absent: 'send', blank: 'send', same: 'send', different: 'agree' },
      'as theirs': { absent: 'send', blank: 'send', same: 'send', different: 'agree' },
    },
    blank: {
      blank: { absent: 'quiet', blank: 'quiet', same: 'quiet', different: 'drift' },
      same: { absent: 'quiet', blank: 'quiet', same: 'quiet', different: 'drift' },
      different: { absent: 'send', blank: 'send', same: 'send', different: 'drift, send' },
      'as theirs': { absent: 'send', blank: 'send', same: 'send', different: 'drift, send' },
    },
    filled: {
      blank: { absent: 'send', blank: 'drift, send', same: 'send', different: 'drift, send' },
      same: { absent: 'quiet', blank: 'drift', same: 'quiet', different: 'drift' },
      different: { absent: 'send', blank: 'drift, send', same: 'send', different: 'drift, send' },
      'as theirs': { absent: 'send', blank: 'drift, send', same: 'send', different: 'drift, send' },
    },
  },
};

type Winner = 'crm' | 'local' | 'nobody';
const POLICIES: Record<ConflictPolicy, Record<Extract<Outcome, 'contested' | `blank ${string}`>, Winner>> = {
  crm: { contested: 'crm', 'blank here': 'crm', 'blank there': 'local' },
  local: { contested: 'local', 'blank here': 'crm', 'blank there': 'local' },
  newest: { contested: 'crm', 'blank here': 'crm', 'blank there': 'local' },
  merge: { contested: 'nobody', 'blank here': 'crm', 'blank there': 'local' },
  manual: { contested: 'nobody', 'blank here': 'nobody', 'blank there': 'nobody' },
};

/** What a plan shows of its one field. */
const seenOf = ({ set, conflicts, drift, send, changes, body }: FieldsPlan) => ({
  reason: changes[0]?.reason as FieldReason | undefined,
  set: Object.hasOwn(set, 'email') ? set['email'] : 'stays',
  winner: conflicts[0] === undefined ? 'none' : (conflicts[0].winner ?? 'nobody'),
  drift: drift.length > 0,
  send,
  hasPair: body.base['Email'] !== undefined,
});
type Seen = Partial<ReturnType<typeof seenOf>>;

const QUIET: Seen = { set: 'stays', winner: 'none', drift: false, send: false };
function expected(outcome: Outcome, policy: ConflictPolicy, direction: MappingDirection): Seen {
  const plain: Partial<Record<Outcome, Seen>> = {
    quiet: QUIET,
    send: { ...QUIET, send: true },
    take: { ...QUIET, set: 'theirs', hasPair: true },
    clear: { ...QUIET, set: null, reason: 'crm_cleared' },
    agree: { ...QUIET, hasPair: true },
    drift: { ...QUIET, drift: true },
    'drift, send': { ...QUIET, drift: true, send: true },
    'first conflict': { ...QUIET, set: 'theirs', winner: 'crm', reason: 'first_link_conflict' },
  };
  const known = plain[outcome];
  if (known !== undefined) return known;
  const winner = POLICIES[policy][outcome as keyof (typeof POLICIES)[ConflictPolicy]];
  if (winner === 'crm') return { ...QUIET, set: outcome === 'blank there' ? null : 'theirs', winner };
  return { ...QUIET, winner, send: winner === 'local' && direction === 'both' };
}

describe.each(Object.keys(TABLE) as MappingDirection[])('a field that goes %s', (direction) => {
  describe.each(Object.keys(BASES) as Base[])('agreed on: %s', (base) => {
    for (const local of LOCALS)
      it.each(REMOTES)(`${local} here, %s in the CRM`, (remote) => {
        for (const policy of CONFLICT_POLICIES) {
          const rule = { crm: 'Email', field: 'email', direction, ...(direction !== 'outbound' && { conflict: policy }) } as Rule;
          const mapping = compiled([rule]);
          const pair = BASES[base];
          const plan = planFields(
            deepFreeze({
              mapping,
              record: { id: 'r1', fields: remote === 'absent' ? {} : { Email: sideOf(base, remote, 'theirs') } },
              contactId: 'c1',
              fields: { email: sideOf(base, local, 'ours') },
              link: { plan: mapping.planFingerprint, body: { ...EMPTY_BODY, base: pair === undefined ? {} : { Email: pair } } },
              readAt: START,
              isTaken: () => false,
            }),
          );
          expect(seenOf(plan), policy).toMatchObject(expected(TABLE[direction][base][local][remote], policy, direction));
        }
      });
  });
});
