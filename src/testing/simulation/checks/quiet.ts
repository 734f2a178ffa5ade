import { calmFlow } from '../acts/flows.ts';
import type { Broken } from '../broken.ts';
import { chanceOf } from '../chance.ts';
import type { Seen } from './seen.ts';
import { look } from './seen.ts';

/** One more of everything writes nothing anywhere: nothing answers to its own echo (P4). */
export async function quiet(before: Seen): Promise<readonly Broken[]> {
  const { there } = before;
  const written = there.counts.writes;
  for (const account of there.accounts)
    for (const flow of ['sync', 'push'] as const) {
      await calmFlow(there, account, flow);
      await there.untilIdle(chanceOf(0));
    }
  const broken: Broken[] = [];
  if (there.counts.writes !== written)
    broken.push({ promise: 'P4', message: `another sync made ${there.counts.writes - written} requests that write`, about: [] });
  const versions = ({ accounts }: Seen) =>
    new Map(
      accounts.flatMap(({ account: { connection }, rows, companies }) =>
        [...rows, ...companies].map(({ id, version, links }) => [`${id} on ${connection}`, JSON.stringify([version, links])]),
      ),
    );
  const after = versions(await look(there));
  for (const [id, version] of versions(before))
    if (after.get(id) !== version)
      broken.push({
        promise: 'P4',
        message: `another sync changed contact ${id}: ${version} became ${after.get(id)}`,
        about: id.split(' '),
      });
  return broken;
}
