import { CrmSyncError } from '../../errors.ts';
import { listNames } from '../base/text.ts';
import type { CheckedPolicy, Policies, PolicyFunction } from '../link/conflict-types.ts';
import { type FieldToRead, fieldReader } from '../schema/field-reader.ts';
import { isValue } from '../values/is-value.ts';
import type { AnyRule, BlankChoice, BlankPolicy, CompiledRule, CompileOptions, InboundRule, Mapping } from './mapping-types.ts';

/** What a rule does when both sides changed: one of our policies, or the host's function that it names. */
export function conflictOf(rule: AnyRule, of: FieldToRead, options: CompileOptions): CompiledRule['conflict'] {
  const { conflict = 'crm' } = rule as Partial<InboundRule>;
  if (typeof conflict === 'string') return conflict;
  return checkedPolicy(namedPolicy(conflict.policy, options.policies), of, options);
}

/** @throws CrmSyncError `unknown_policy`, category `configuration`. */
function namedPolicy(name: string, policies: Policies = {}): PolicyFunction {
  if (Object.hasOwn(policies, name)) return policies[name]!;
  const names = Object.keys(policies);
  throw new CrmSyncError(`There is no policy \`${name}\`.`, {
    code: 'unknown_policy',
    category: 'configuration',
    remedy: `Give the function under this name in \`policies\`${names.length === 0 ? '' : `, or use one of ${listNames(names)}`}.`,
  });
}

/** Named policies are the host's code: one that is not given is told before anything runs. @throws CrmSyncError `unknown_policy`. */
export function checkPolicies(mappings: readonly Mapping[], policies: Policies | undefined): void {
  for (const { fields } of mappings)
    for (const rule of fields) if ('conflict' in rule && typeof rule.conflict === 'object') namedPolicy(rule.conflict.policy, policies);
}

const ANSWERS: readonly unknown[] = ['crm', 'local', 'merge', 'manual'];

/** A policy is the host's code: where it throws, or answers what the field can't hold, nothing is decided and nothing lost. */
function checkedPolicy(policy: PolicyFunction, of: FieldToRead, { defaultCountry, timeZone }: CompileOptions): CheckedPolicy {
  const read = fieldReader(of, { defaultCountry, timeZone });
  return (conflict) => {
    try {
      const answer: unknown = policy(conflict);
      if (ANSWERS.includes(answer)) return answer as 'crm' | 'local' | 'merge' | 'manual';
      const value: unknown = typeof answer === 'object' && answer !== null && 'value' in answer ? answer.value : undefined;
      const coerced = isValue(value) ? read(value) : undefined;
      return coerced?.ok === true ? { value: coerced.value } : 'unusable';
    } catch {
      return 'unusable'; // what the function threw may hold the values
    }
  };
}

/** A rule's word for each way, else the mapping's, else `clear`. */
export function blankOf(rule: BlankChoice | undefined, mapping: BlankChoice | undefined): CompiledRule['blank'] {
  const way = (name: 'inbound' | 'outbound'): BlankPolicy => wayOf(rule, name) ?? wayOf(mapping, name) ?? 'clear';
  return { inbound: way('inbound'), outbound: way('outbound') };
}

const wayOf = (choice: BlankChoice | undefined, name: 'inbound' | 'outbound'): BlankPolicy | undefined =>
  typeof choice === 'object' ? choice[name] : choice;
