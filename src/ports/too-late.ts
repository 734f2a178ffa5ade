/** Code of what was not sent because `notAfter` had passed. */
export const TOO_LATE = 'too_late';
