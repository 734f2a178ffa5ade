import type { Account } from '../account.ts';
import type { Chance } from '../chance.ts';
import type { Deployment } from '../deployment.ts';

/** One thing that somebody does. */
export type Act = (there: Deployment, chance: Chance) => Promise<unknown> | unknown;
/** With how often it happens, beside the others. */
export type Acts = Readonly<Record<string, readonly [weight: number, act: Act]>>;

export const MINUTE = 60_000;

/** How late a commit may become visible: within the overlap of both connectors. */
const LATE_MAX_MS = 5 * MINUTE;

export const late = (chance: Chance): number => 1_000 + chance.below(LATE_MAX_MS);

/** One of the connections. */
export const someAccount = ({ accounts }: Deployment, chance: Chance): Account =>
  accounts.length === 1 ? (accounts[0] as Account) : chance.oneOf(accounts);
