import { parseArgs } from 'node:util';
import { WORLDS } from '../../flows/world.ts';
import { manyConversations } from './many-conversations.ts';

const { values } = parseArgs({
  options: {
    count: { type: 'string', default: '10000' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
  },
});
const [count, seed] = [Number(values.count), Number(values.seed)];
for (const world of WORLDS) {
  const started = performance.now();
  const { conversations, deliveries, lostAcks, pending, retries } = await manyConversations(world, { count, seed });
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  process.stdout.write(
    `${world.name}: ${conversations} conversations in ${deliveries} deliveries by two workers, ${lostAcks} lost acknowledgements, ` +
      `${pending} left pending, finished by ${retries} retries: each logged and applied once (${seconds} s, seed ${seed})\n`,
  );
}
