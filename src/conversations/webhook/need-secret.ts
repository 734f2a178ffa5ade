import { CrmSyncError } from '../../errors.ts';

/** What a reader checks requests with, and where a person finds it. */
export interface SecretWords {
  readonly code: string;
  /** Follows `The`: `Retell API key`. */
  readonly name: string;
  /** The option that takes it. */
  readonly option: string;
  /** Where it is found: follows a colon. */
  readonly found: string;
}

/**
 * A secret that is no secret would let everybody in, so it is refused where the reader is made.
 *
 * @throws CrmSyncError, category `configuration`.
 */
export function needSecret(secret: unknown, { code, name, option, found }: SecretWords): asserts secret is string {
  if (typeof secret === 'string' && secret !== '') return;
  throw new CrmSyncError(`The ${name} is missing.`, {
    code,
    category: 'configuration',
    remedy: `Give \`${option}\`: ${found}. Check that its environment variable is set.`,
  });
}
