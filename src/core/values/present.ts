/** T, with optional members that may be written as undefined. */
export type WithUndefined<T> = {
  readonly [K in keyof T]: Record<never, never> extends Pick<T, K> ? T[K] | undefined : T[K];
};

/** The members that have a value: an optional member is absent, never undefined. */
export const present = <T extends object>(members: WithUndefined<T>): T =>
  Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as T;
