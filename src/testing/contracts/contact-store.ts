import { commits } from './contact-store/commits.ts';
import { entries } from './contact-store/entries.ts';
import { isolation } from './contact-store/isolation.ts';
import type { StoreCapability, StoreUnderTest } from './contact-store/kit.ts';
import { leases } from './contact-store/leases.ts';
import { links } from './contact-store/links.ts';
import { listing } from './contact-store/lists.ts';
import { loading } from './contact-store/loading.ts';
import { removals } from './contact-store/removals.ts';
import { scans } from './contact-store/scans.ts';
import { values } from './contact-store/values.ts';
import { type ContractCase, contractOf } from './contract-case.ts';

export type { StoreCapability, StoreUnderTest } from './contact-store/kit.ts';

/**
 * What every `ContactStore` must do, one case per sentence of the port. Run it against a store of your own, under any
 * test runner, with the capabilities that it has.
 *
 * @example
 * const capabilities: ReadonlySet<StoreCapability> = new Set(['suggestedIds', 'anyFields', 'removals', 'exactScans']);
 * for (const { id, rule, requires, check } of contactStoreContract)
 *   test(`${id} ${rule}`, { skip: requires.some((one) => !capabilities.has(one)) }, () => check(() => ({ store: myStore() })));
 */
export const contactStoreContract: readonly ContractCase<StoreUnderTest, StoreCapability>[] = contractOf<StoreUnderTest, StoreCapability>([
  ...loading,
  ...values,
  ...commits,
  ...links,
  ...removals,
  ...isolation,
  ...scans,
  ...listing,
  ...entries,
  ...leases,
]);
