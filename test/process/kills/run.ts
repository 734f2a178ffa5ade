import assert from 'node:assert/strict';
import { parseArgs } from 'node:util';
import { campaign, KILLED_FLOWS } from './campaign.ts';
import type { Kill } from './deployment.ts';
import type { CrmName } from './host.ts';
import { PLACES } from './places.ts';

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '100' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    store: { type: 'string', default: 'sqlite' },
    crm: { type: 'string', multiple: true, default: ['salesforce', 'hubspot'] },
  },
});
const say = (line: string): void => void process.stdout.write(`${line}\n`);

/** How many kills struck where, by flow and what it was at. */
function tableOf(kills: readonly Kill[]): readonly string[] {
  const places = { request: 'a request sent', effect: 'a request done', commit: 'inside a commit', committed: 'after a commit' } as const;
  const line = (cells: readonly (string | number)[]): string =>
    cells.map((cell, at) => (at === 0 ? String(cell).padEnd(18) : String(cell).padStart(18))).join('');
  const row = (name: string, here: readonly Kill[]): string =>
    line([name, ...Object.keys(places).map((place) => here.filter(({ struck }) => struck === place).length), here.length]);
  return [
    line(['', ...Object.values(places), 'kills']),
    ...KILLED_FLOWS.flatMap((flow) =>
      (['companies', 'people'] as const).flatMap((about) => {
        const here = kills.filter((kill) => kill.flow === flow && kill.about === about);
        return here.length === 0 ? [] : [row(`${flow}, ${about}`, here)];
      }),
    ),
  ];
}

const store = values.store as keyof typeof PLACES;
await using places = await PLACES[store]();
const seed = Number(values.seed);
const crms = values.crm as CrmName[];
const started = performance.now();
const all: Kill[] = [];
try {
  for (const [at, crm] of crms.entries()) {
    const kills = Math.floor((Number(values.kills) * (at + 1)) / crms.length) - Math.floor((Number(values.kills) * at) / crms.length);
    say(`${crm} and ${store}, seed ${seed}: ${kills} kills`);
    const onStory = (story: { readonly kills: readonly Kill[]; readonly same: boolean }): void =>
      say(`  ${story.kills.length} kills, then ${story.same ? 'the end of the undisturbed one' : 'ANOTHER END'}`);
    const { expected, ends, kills: struck } = await campaign({ crm, seed, kills, places, onStory });
    all.push(...struck);
    for (const end of ends) assert.deepEqual(end, expected, `With seed ${seed} on ${crm} the end is not that of the undisturbed run.`);
  }
} finally {
  for (const line of tableOf(all)) say(line);
  say(`${all.length} kills in ${((performance.now() - started) / 1_000).toFixed(0)} s`);
}
