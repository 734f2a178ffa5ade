import type { Clock } from '../../ports/clock.ts';
import type { Account, Call } from '../../ports/connector.ts';
import type { AssociationTypes } from './association-types.ts';
import type { Client } from './client.ts';
import type { Describer } from './describe.ts';
import type { DisplayProperties } from './display-properties.ts';
import type { Lists } from './lists.ts';

/** What every endpoint of one connector shares. */
export interface Context {
  readonly client: Client;
  readonly describer: Describer;
  readonly associationTypes: AssociationTypes;
  readonly displayProperties: DisplayProperties;
  readonly lists: Lists;
  readonly clock: Clock;
  account(call: Call): Promise<Account>;
  readonly overlapMs: number;
  readonly lagMs: number;
  readonly chatAs: 'note' | 'communication';
  readonly associateCompany: boolean;
}
