/** What a host switches on. Adding one is a major release. */
export type ErrorCategory =
  | 'configuration'
  | 'authentication'
  | 'permission'
  | 'rate_limit'
  | 'validation'
  | 'not_found'
  | 'conflict'
  | 'duplicate'
  | 'network'
  | 'server'
  | 'store'
  | 'merge'
  | 'webhook';

/** One problem of a refused document. All problems of a document are reported at once. */
export interface Issue {
  /** Where in the document, for example `['fields', 2, 'crm']`. */
  readonly path: readonly (string | number)[];
  /** Stable, ours (not the validator's): for example `unknown_field`. */
  readonly code: string;
  readonly message: string;
  /** One sentence that says what to do. */
  readonly remedy: string;
}

/** Where an error happened: ids and names of fields only, never a value. */
export interface ErrorPlace {
  readonly workspace?: string;
  readonly connection?: string;
  readonly run?: string;
  readonly object?: string;
  readonly recordId?: string;
  readonly contactId?: string;
  readonly field?: string;
}

export interface CrmSyncErrorOptions {
  /** Stable and documented, one per remedy. New ones may come in a minor release. */
  readonly code: string;
  readonly category: ErrorCategory;
  /** One sentence that a support person can act on. */
  readonly remedy: string;
  /** The same call may succeed later with nobody changing anything. Default false. */
  readonly retryable?: boolean;
  /** Milliseconds the other side asked us to wait. Default null. */
  readonly retryAfterMs?: number | null;
  readonly at?: ErrorPlace;
  readonly issues?: readonly Issue[];
  /** Must be free of tokens and personal values: redact before attaching. */
  readonly cause?: unknown;
}

const BRAND = Symbol.for('crm-sync-engine.error'); // survives two copies of the package in one process

/** The one error this package throws. Its texts hold ids and field names only: no phone, no name, no token, no body. */
export class CrmSyncError extends Error {
  override readonly name: string = 'CrmSyncError';
  readonly code: string;
  readonly category: ErrorCategory;
  readonly remedy: string;
  readonly retryable: boolean;
  readonly retryAfterMs: number | null;
  readonly at: ErrorPlace;
  readonly issues: readonly Issue[];

  /** On the prototype, so that a printed error shows what it says and not this. */
  get [BRAND](): true {
    return true;
  }

  constructor(message: string, options: CrmSyncErrorOptions) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = options.code;
    this.category = options.category;
    this.remedy = options.remedy;
    this.retryable = options.retryable ?? false;
    this.retryAfterMs = options.retryAfterMs ?? null;
    this.at = options.at ?? {};
    this.issues = options.issues ?? [];
  }

  /** The same error, told where it happened: what it knew already stays. */
  locate(at: ErrorPlace): CrmSyncError {
    return located(this, at);
  }

  /** Safe to store and to show: no stack, no cause, no personal value. */
  toJSON(): Record<string, unknown> {
    const { name, message, code, category, remedy, retryable, retryAfterMs, at, issues } = this;
    return { name, message, code, category, remedy, retryable, retryAfterMs, at, issues };
  }
}

// Outside of the class: a class that names itself is called `_CrmSyncError` once it is bundled, in every stack that people see.
const located = (error: CrmSyncError, at: ErrorPlace): CrmSyncError =>
  new CrmSyncError(error.message, { ...error, at: { ...at, ...error.at }, cause: error.cause });

/** True for an error of this package, whichever copy of it made the error. */
export const isCrmSyncError = (error: unknown): error is CrmSyncError => typeof error === 'object' && error !== null && BRAND in error;

/** One error for a document with problems; its message names every path. */
export function refusedDocument(
  what: string,
  issues: readonly Issue[],
  { code, remedy }: Pick<CrmSyncErrorOptions, 'code' | 'remedy'> = INVALID,
): CrmSyncError {
  const lines = issues.map(({ path, message }) => `  ${path.length === 0 ? '(document)' : path.join('.')}: ${message}`);
  return new CrmSyncError(`${what} has ${issues.length === 1 ? 'a problem' : `${issues.length} problems`}:\n${lines.join('\n')}`, {
    code,
    category: 'configuration',
    remedy,
    issues,
  });
}

const INVALID = {
  code: 'invalid_document',
  remedy: 'Correct every problem listed in `issues`; each names its path and what to do.',
};

/** An invariant of ours is broken: a bug in this package or in a port given to it, never in the host's data. */
export function invariant(condition: unknown, message: string): asserts condition {
  if (!condition) throw new Error(`crm-sync-engine: broken invariant: ${message}`);
}
