import { expect, it } from 'vitest';
import { runExample } from './spawn-example.ts';

it('the pure functions plan an import for code that has its own client and its own table', async () => {
  const { code, stdout, stderr } = await runExample('examples/pure-functions.ts');
  expect({ code, printed: stdout.split('\n') }).toEqual({
    code: 0,
    printed: [
      'person-1 score: 80 → 87 (first_link_conflict)',
      '┌─────────┬────────────┬────────────────┬───────┬─────────────┐',
      '│ (index) │ id         │ phone_number   │ score │ lead_status │',
      '├─────────┼────────────┼────────────────┼───────┼─────────────┤',
      "│ 0       │ 'person-1' │ '+14155550123' │ 87    │ 'Qualified' │",
      "│ 1       │ 'person-2' │ '+14155550125' │ 40    │ null        │",
      "│ 2       │ 'person-3' │ '+14155550124' │ 12    │ 'New'       │",
      '└─────────┴────────────┴────────────────┴───────┴─────────────┘',
      'leave already_filled',
      '',
    ],
  });
  expect(stderr).toMatch(/^003\w{15} lead_status unknown_option Use one of `New`, `Qualified`, or translate it with `valueMap`\.\n$/);
});
