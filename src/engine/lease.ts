import type { Version } from '../core/link/link.ts';
import type { Millis } from '../core/values/value.ts';
import { CrmSyncError } from '../errors.ts';
import { type EntryChange, LEASE_KIND, type Leased } from '../ports/store.ts';
import type { Context } from './context.ts';
import type { Session } from './session.ts';

interface LeaseOptions {
  readonly name: string;
  /** Id of the run that wants it: told to whoever finds it taken. */
  readonly holder: string;
  /** The lease of the run that this one is a part of: kept along. */
  readonly outer?: Lease;
}

interface Taken {
  readonly token: Version;
  /** Our clock before it was asked for: the answer may have been long on its way. */
  readonly askedAt: Millis;
}

/** The right to run one flow of a connection. It saves calls only: versions keep everything correct without it (R9). */
export class Lease {
  readonly #context: Context;
  readonly #session: Session;
  readonly #name: string;
  readonly #holder: string;
  readonly #outer: Lease | undefined;
  readonly #token: Version;
  #renewedAt: Millis;

  private constructor(context: Context, session: Session, { name, holder, outer }: LeaseOptions, { token, askedAt }: Taken) {
    this.#context = context;
    this.#session = session;
    this.#name = name;
    this.#holder = holder;
    this.#outer = outer;
    this.#token = token;
    this.#renewedAt = askedAt;
  }

  /** The lease, or who holds it. */
  static async take(context: Context, session: Session, options: LeaseOptions): Promise<Lease | string> {
    const { name, holder } = options;
    const request = { name, ttlMs: ttlMs(context), holder };
    const askedAt = context.clock.now();
    const leased = await session.timed(() => context.store.lease(request), timeOf);
    return leased.held ? new Lease(context, session, options, { token: leased.token, askedAt }) : leased.holder;
  }

  /** For every commit of the run: applies nothing once another run has taken over this one, or the one that it is a part of. */
  fences(): readonly EntryChange[] {
    const own = { scope: 'connection', kind: LEASE_KIND, key: this.#name, expected: this.#token } as const;
    return this.#outer === undefined ? [own] : [own, ...this.#outer.fences()];
  }

  /** Before each page: renews the lease when a third of it is gone. */
  async keep(): Promise<void> {
    await this.#outer?.keep();
    if (this.#context.clock.now() - this.#renewedAt < ttlMs(this.#context) / 3) return;
    await this.renew();
  }

  /** @throws CrmSyncError when another run has taken over meanwhile, also one that has ended since. */
  async renew(): Promise<void> {
    await this.#outer?.renew();
    const request = { name: this.#name, ttlMs: ttlMs(this.#context), holder: this.#holder, token: this.#token };
    const askedAt = this.#context.clock.now();
    const leased = await this.#session.timed(() => this.#context.store.lease(request), timeOf);
    if (leased.held && leased.token === this.#token) {
      this.#renewedAt = askedAt;
      return;
    }
    // Free again, under another token: the one that had it since has closed this run as dead.
    if (leased.held) await this.#giveBack(leased.token);
    throw new CrmSyncError('Another run took over while this one was held up.', {
      code: 'lease_lost',
      category: 'conflict',
      retryable: true,
      remedy: 'Nothing to do: the other run goes on. If it happens often, raise `leaseMs`.',
    });
  }

  release(): Promise<void> {
    return this.#giveBack(this.#token);
  }

  /** Where the store can't be told, it runs out by itself: that is no reason to fail a run that is done. */
  #giveBack(token: Version): Promise<void> {
    return this.#context.store.release(this.#name, token).catch(() => undefined);
  }
}

const timeOf = ({ now }: Leased): Millis => now;
const ttlMs = ({ options }: Context): number => options.leaseMs ?? 120_000;
