import { test } from '@fast-check/vitest';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { HistoryEntry } from '../../../../src/core/runs/run.ts';
import { readHistory, storedHistory } from '../../../../src/core/runs/stored-history.ts';

const AT = '2026-03-01T09:00:00.000Z';
const value = fc.oneof(fc.constant(null), fc.string(), fc.integer(), fc.boolean());
const change = fc.record({
  field: fc.string(),
  before: value,
  after: value,
  rule: fc.string(),
  reason: fc.constantFrom('crm_changed', 'first_link_filled', 'conflict'),
});
const conflict = fc.record({
  field: fc.string(),
  local: value,
  remote: value,
  winner: fc.constantFrom('crm' as const, 'local' as const, 'value' as const, null),
  reason: fc.string(),
});
const entries = fc.record(
  {
    at: fc.constant(AT),
    source: fc.constant({ flow: 'pull', run: 'r1', object: 'Contact', recordId: '003' } as const),
    event: fc.constantFrom('removed' as const, 'record_deleted' as const),
    changes: fc.array(change, { maxLength: 12 }),
    conflicts: fc.array(conflict, { maxLength: 3 }),
  },
  { requiredKeys: ['at', 'source', 'changes'] },
) satisfies fc.Arbitrary<HistoryEntry>;

describe('storedHistory', () => {
  it('names a reason once, and leaves out the time and that there was nothing before', () => {
    const source = { flow: 'pull' } as const;
    const filled = (field: string, rule: string, after: string) => ({ field, rule, before: null, after, reason: 'first_link_filled' });
    const changed = { field: 'email', rule: 'Email', before: 'a@example.com', after: null, reason: 'crm_cleared' };
    const changes = [filled('first_name', 'FirstName', 'Alice'), filled('last_name', 'LastName', 'Smith'), changed];
    expect(storedHistory({ at: AT, source, changes })).toEqual({
      source,
      changes: [
        {
          reason: 'first_link_filled',
          of: [
            ['first_name', 'FirstName', 'Alice'],
            ['last_name', 'LastName', 'Smith'],
          ],
        },
        { reason: 'crm_cleared', of: [['email', 'Email', null, 'a@example.com']] },
      ],
    });
  });

  test.prop([entries])('is read back from its JSON as it was, in its order', (entry) => {
    expect(readHistory(JSON.parse(JSON.stringify(storedHistory(entry))), entry.at)).toEqual(entry);
  });
});
