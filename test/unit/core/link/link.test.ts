import { expect, it } from 'vitest';
import { EMPTY_BODY, isLive, LIVE_STATES, type LinkState } from '../../../../src/core/link/link.ts';

/** Whether a link in this state keeps its contact and its record from having another one of the object. */
const HOLDS: Readonly<Record<LinkState, boolean>> = {
  creating: true,
  active: true,
  ambiguous: true,
  missing: true,
  left_filter: true,
  tombstone: false,
  superseded: false,
  declined: false,
};

it.each(Object.entries(HOLDS))('a link that is %s holds its record: %s', (state, holds) => expect(isLive(state as LinkState)).toBe(holds));
it('the states that hold are listed once each', () =>
  expect(LIVE_STATES.toSorted()).toEqual(
    Object.entries(HOLDS)
      .flatMap(([state, holds]) => (holds ? state : []))
      .toSorted(),
  ));
it('a new link knows nothing', () => expect(EMPTY_BODY).toEqual({ base: {}, sent: [], held: {}, modifiedAt: null }));
