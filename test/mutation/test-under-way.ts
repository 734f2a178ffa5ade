const KEY = Symbol.for('crm-sync-engine.test-under-way');
const place = globalThis as { [KEY]?: number };

/** Differs from test to test, in all modules of a process. */
export const testUnderWay = (): number => place[KEY] ?? 0;

export function nextTest(): void {
  place[KEY] = testUnderWay() + 1;
}
