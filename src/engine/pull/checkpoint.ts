import type { Version } from '../../core/link/link.ts';
import type { CompiledMapping } from '../../core/mapping/mapping-types.ts';
import type { RunNote } from '../../core/runs/run.ts';
import type { Json } from '../../core/values/value.ts';
import { CrmSyncError } from '../../errors.ts';
import type { Page } from '../../ports/connector.ts';
import type { EntryChange } from '../../ports/store.ts';
import type { Context } from '../context.ts';
import { KIND } from '../kinds.ts';
import { sweepFrom } from './sweep.ts';

interface CheckpointBody {
  /** Of what was read: another one makes everything be read again (R17). */
  readonly fingerprint: string;
  /** The connector's own word for where to go on. */
  readonly position: Json;
  /** Everything is being read, or changes since then. */
  readonly reading: 'all' | 'changes';
  /** Once everything has been read, links are verified that were known before: their records may be gone. */
  readonly sweep?: true;
}

/** Mapped objects that were read to the end, and those that are being read, for the first time or once more. */
export async function readObjects({
  store,
  mappings,
}: Context): Promise<{ readonly done: readonly string[]; readonly begun: readonly string[] }> {
  const keys = mappings.map(({ crmObject }) => crmObject);
  const entries = await store.entries({ scope: 'connection', kind: KIND.checkpoint, keys, limit: keys.length });
  const isDone = ({ body }: (typeof entries)[number]) => (body as unknown as CheckpointBody).reading === 'changes';
  return {
    done: entries.filter(isDone).map(({ key }) => key),
    begun: entries.filter((entry) => !isDone(entry)).map(({ key }) => key),
  };
}

/** Where the next page of an object comes from; kept with the page's rows in one commit (P1). */
export class Checkpoint {
  /** Where to read from; null: from the start. */
  readonly from: Json | null;
  /** Why everything is read again, for whoever reads the run. */
  readonly note: RunNote | null;
  readonly #context: Context;
  readonly #mapping: CompiledMapping;
  readonly #reading: 'all' | 'changes';
  readonly #sweeps: boolean;
  #version: Version | null;

  private constructor(
    context: Context,
    mapping: CompiledMapping,
    stored: { body: CheckpointBody; version: Version } | null,
    full: boolean,
  ) {
    this.#context = context;
    this.#mapping = mapping;
    this.#version = stored?.version ?? null;
    const object = mapping.crmObject;
    const isCurrent = stored !== null && stored.body.fingerprint === mapping.readFingerprint;
    // A full read that was cut goes on where it was, also when it is asked for again.
    const goesOn = isCurrent && (!full || stored.body.reading === 'all');
    this.from = goesOn ? stored.body.position : null;
    this.#reading = goesOn ? stored.body.reading : 'all';
    // A CRM that filters the read of everything does not show the records that have left the filter: they are looked at by id.
    const isFiltered = mapping.filter !== null;
    this.#sweeps = goesOn ? stored.body.sweep === true : stored !== null && (full || isFiltered);
    if (stored !== null && !isCurrent)
      this.note = {
        code: 'mapping_changed',
        object,
        message: `Every ${object} is read again: its inbound fields, filter or types changed.`,
      };
    else if (full && stored !== null && !goesOn)
      this.note = { code: 'full_read', object, message: `Every ${object} is read again, as asked.` };
    else this.note = null;
  }

  static async load(context: Context, mapping: CompiledMapping, full: boolean): Promise<Checkpoint> {
    const [entry] = await context.store.entries({ scope: 'connection', kind: KIND.checkpoint, keys: [mapping.crmObject], limit: 1 });
    const stored = entry === undefined ? null : { body: entry.body as unknown as CheckpointBody, version: entry.version };
    return new Checkpoint(context, mapping, stored, full);
  }

  /** The checkpoint after a page, expecting the one before it: of two runs at once one commits nothing (R9). */
  after(page: Pick<Page, 'checkpoint' | 'last'>): readonly EntryChange[] {
    const { crmObject: key, readFingerprint: fingerprint } = this.#mapping;
    const reading = page.last ? 'changes' : this.#reading;
    const sweep = this.#sweeps && !page.last;
    const body: CheckpointBody = { fingerprint, position: page.checkpoint, reading, ...(sweep && { sweep }) };
    const next: EntryChange = {
      scope: 'connection',
      kind: KIND.checkpoint,
      key,
      expected: this.#version,
      put: { body: body as unknown as Json },
    };
    return this.#sweeps && page.last ? [next, sweepFrom(key, null)] : [next];
  }

  /** The page was committed: the next one expects this version. */
  advance(version: Version | null): void {
    this.#version = version;
  }

  /** @throws CrmSyncError when another run has moved the checkpoint. */
  async assertMine(): Promise<void> {
    if ((await this.#storedVersion()) === this.#version) return;
    throw new CrmSyncError('Another run moved the checkpoint.', {
      code: 'checkpoint_moved',
      category: 'conflict',
      retryable: true,
      remedy: 'Nothing to do: the other run goes on from there.',
      at: { object: this.#mapping.crmObject },
    });
  }

  async #storedVersion(): Promise<Version | null> {
    const [entry] = await this.#context.store.entries({
      scope: 'connection',
      kind: KIND.checkpoint,
      keys: [this.#mapping.crmObject],
      limit: 1,
    });
    return entry?.version ?? null;
  }
}
