export type RawObject = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is RawObject => typeof value === 'object' && value !== null && !Array.isArray(value);

/** The members of an object; undefined for anything else. */
export const objectOf = (value: unknown): RawObject | undefined => (isObject(value) ? value : undefined);
