import type { AnyRule, CompiledRule } from '../mapping/mapping-types.ts';
import type { DescribedField } from '../schema/described.ts';

/** A rule as it was written, and as it would run against the CRM as described. */
export interface CheckedRule {
  readonly raw: AnyRule;
  readonly rule: CompiledRule;
  /** Its field holds the host of an address. */
  readonly isDomain: boolean;
}

/** The fields of a CRM object by API name. */
export type FieldsByName = ReadonlyMap<string, DescribedField>;
