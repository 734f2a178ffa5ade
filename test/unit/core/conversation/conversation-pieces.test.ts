import { describe, expect, it } from 'vitest';
import { withEarlier } from '../../../../src/core/conversation/conversation-pieces.ts';

describe('a later delivery', () => {
  it('has what only the earlier one had, and its own where both have it', () => {
    const earlier = { summary: 'First words.', note: 'Call back.', durationSeconds: 0, successful: false };
    expect(withEarlier({ summary: 'Second words.' }, earlier)).toEqual({ ...earlier, summary: 'Second words.' });
  });

  it('that lacks nothing is left as it is', () => {
    const later = { summary: 'Second words.' };
    expect(withEarlier(later, {})).toBe(later);
    expect(withEarlier(later, { summary: 'First words.' })).toBe(later);
  });

  it('keeps a link together with the time that it dies', () => {
    const earlier = { recordingUrl: 'https://example.com/1', recordingExpiresAt: '2026-01-06T00:00:00.000Z' };
    expect(withEarlier({}, earlier)).toEqual(earlier);
    expect(withEarlier({ recordingUrl: 'https://example.com/2' }, earlier)).toEqual({ recordingUrl: 'https://example.com/2' });
  });
});
