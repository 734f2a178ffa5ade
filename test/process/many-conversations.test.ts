import { expect, it } from 'vitest';
import { WORLDS } from '../flows/world.ts';
import { manyConversations } from './conversations/many-conversations.ts';

/** `npm run conversations` does the same with ten thousand. */
const COUNT = 300;

it.each(WORLDS)(
  'conversations on $name, a fifth of them redelivered, answers lost, two workers: each is logged once and applied once',
  async (world) => {
    const report = await manyConversations(world, { count: COUNT, seed: 20_260_105 });
    expect(report.conversations).toBe(COUNT);
    expect(report.deliveries).toBeGreaterThan(COUNT * 1.1);
    expect(report.lostAcks).toBeGreaterThan(5);
    expect(report.pending).toBeGreaterThan(0);
  },
  120_000,
);
