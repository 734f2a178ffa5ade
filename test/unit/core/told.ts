import { expect } from 'vitest';
import type { Issue } from '../../../src/errors.ts';

interface Words {
  readonly message: string;
  readonly remedy: string;
}

/** Says what is the matter, and in a sentence what to do. */
export function expectWords({ message, remedy }: Words): void {
  expect(message, 'what is the matter').toMatch(/\S/);
  expect(remedy, 'what to do').toMatch(/^[A-Z].*[.?]$/s);
}

/** Issues as `path code`, after a look at their words. */
export function told(issues: readonly Issue[]): string[] {
  for (const issue of issues) expectWords(issue);
  return issues.map(({ path, code }) => `${path.join('.')} ${code}`);
}
