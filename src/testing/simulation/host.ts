import type { PolicyFunction } from '../../core/link/conflict-types.ts';
import type { Merger } from '../../ports/merger.ts';
import type { Process } from './scheduler.ts';

/** What the shortest field of both CRMs holds. */
const MERGED_MAX = 120;

/**
 * A merger that adds a line, whatever stands there already: a text that is merged twice shows. Of a title only what fits.
 *
 * @param fails - Asked for each text.
 */
export const lineByLine = (process: Process, fails: () => boolean): Merger => ({
  specVersion: 1,
  merge: ({ items }) =>
    process.call('merge', async () => ({
      fields: Object.fromEntries(
        items.map(({ field, existing, incoming }) => {
          if (fails()) return [field, { ok: false, code: 'too_busy', remedy: 'Ask again later.' }];
          const value = field === 'notes' ? `${existing}\n${incoming}` : `${existing} ${incoming}`;
          return [field, { ok: true, value: (field === 'notes' || value.length <= MERGED_MAX ? value : incoming).trim() }];
        }),
      ),
    })),
});

/** The host's own policy. Where it can't tell, a person has to. */
export const longest: PolicyFunction = ({ local, remote }) => {
  const [ours, theirs] = [String(local ?? '').length, String(remote ?? '').length];
  return ours === theirs ? 'manual' : ours > theirs ? 'local' : 'crm';
};
