import { dayIn } from './dates.ts';

/**
 * `45 s`, `2 min 5 s`, `1 h 0 min 7 s`; parts of a second are rounded.
 *
 * @example
 * durationText(125.4) //=> '2 min 5 s'
 */
export function durationText(seconds: number): string {
  const whole = Math.round(seconds);
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  if (hours > 0) return `${hours} h ${minutes} min ${rest} s`;
  return minutes > 0 ? `${minutes} min ${rest} s` : `${rest} s`;
}

/** A time as people of the zone read it, with the zone and the same instant in UTC. */
export function timeText(instant: string, timeZone: string): string {
  const day = dayIn(Date.parse(instant), timeZone); // refuses a zone that is not known
  return `${day} ${clockText(instant, timeZone)} ${timeZone} (${instant})`;
}

/** Hours, minutes and seconds of the zone. */
export function clockText(instant: string, timeZone: string): string {
  const two = '2-digit' as const;
  const time = { timeZone, numberingSystem: 'latn', hourCycle: 'h23' as const, hour: two, minute: two, second: two };
  return new Intl.DateTimeFormat('en-US', time).format(Date.parse(instant));
}
