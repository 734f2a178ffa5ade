import type { Millis } from '../../core/values/value.ts';

const DAY_MS = 86_400_000;

/** How far the zone is ahead of UTC, in milliseconds and as `-04:00`. */
export function zoneOffset(timeZone: string, at: Millis): { readonly ms: Millis; readonly text: string } {
  const ms = localMillis(timeZone, at) - Math.floor(at / 1000) * 1000;
  const minutes = Math.abs(ms) / 60_000;
  const two = (part: number): string => String(part).padStart(2, '0');
  return { ms, text: `${ms < 0 ? '-' : '+'}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}` };
}

/** The start of the day after, in the zone; an hour off on the days when the clocks change. */
export function nextMidnight(timeZone: string, at: Millis): Millis {
  const local = localMillis(timeZone, at);
  return Math.floor(at / 1000) * 1000 + (DAY_MS - (local % DAY_MS));
}

/** The wall clock of the zone, as if it were UTC. In whole seconds. */
function localMillis(timeZone: string, at: Millis): Millis {
  const parts = new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  }).formatToParts(at);
  const part = (type: Intl.DateTimeFormatPartTypes): number => Number(parts.find((one) => one.type === type)?.value);
  return Date.UTC(part('year'), part('month') - 1, part('day'), part('hour'), part('minute'), part('second'));
}
