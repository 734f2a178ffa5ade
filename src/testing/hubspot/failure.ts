/** What is wrong with one property of a write. */
export interface PropertyProblem {
  readonly name: string;
  /** `PROPERTY_DOESNT_EXIST`, `INVALID_OPTION` … */
  readonly code: string;
  readonly message: string;
}

interface Details {
  /** None: bodies of unknown paths, ids and object types have no category. */
  readonly category?: string;
  readonly subCategory?: string;
  readonly errors?: readonly Readonly<Record<string, unknown>>[];
  readonly context?: Readonly<Record<string, readonly string[]>>;
  readonly links?: Readonly<Record<string, string>>;
  /** More members, as the bodies of rate limits have them. */
  readonly extra?: Readonly<Record<string, unknown>>;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A refusal in HubSpot's words. Source: HubSpot developer docs, "Error handling". */
export class HubSpotFailure extends Error {
  override readonly name = 'HubSpotFailure';
  readonly status: number;
  readonly details: Details;

  constructor(status: number, message: string, details: Details = {}) {
    super(message);
    this.status = status;
    this.details = details;
  }

  /** The body of an answer that is nothing but this error. */
  toBody(correlationId: string): Record<string, unknown> {
    const { category, subCategory, errors, context, links, extra } = this.details;
    return {
      status: 'error',
      message: this.message,
      correlationId,
      ...(errors === undefined ? {} : { errors }),
      ...(context === undefined ? {} : { context }),
      ...(links === undefined ? {} : { links }),
      ...(category === undefined ? {} : { category }),
      ...(subCategory === undefined ? {} : { subCategory }),
      ...extra,
    };
  }

  /**
   * The element of `errors` in a 207 answer: category, message, context. The codes of properties are only inside the
   * message there.
   *
   * @param named - What names the input: `objectWriteTraceId`, `ids`.
   */
  toItem(named: Readonly<Record<string, readonly string[]>>): Record<string, unknown> {
    const { category = 'VALIDATION_ERROR', subCategory, context } = this.details;
    return {
      status: 'error',
      category,
      ...(subCategory === undefined ? {} : { subCategory }),
      message: this.message,
      context: { ...context, ...named },
    };
  }
}

export const invalid = (message: string, context?: Readonly<Record<string, readonly string[]>>): HubSpotFailure =>
  new HubSpotFailure(400, message, { category: 'VALIDATION_ERROR', ...(context === undefined ? {} : { context }) });

/** JSON that does not fit the request. */
export const invalidJson = (what: string): HubSpotFailure => new HubSpotFailure(400, `Invalid input JSON on line 1, column 1: ${what}`);

export const missingFields = (...names: string[]): HubSpotFailure =>
  invalid(`Invalid input JSON on line 1, column 2. Some required fields were not set: [${names.join(', ')}]`);

export const notFound = (): HubSpotFailure => new HubSpotFailure(404, 'resource not found');

export const noSuchId = (id: string): HubSpotFailure =>
  new HubSpotFailure(404, 'Object not found.  objectId are usually numeric.', { category: 'OBJECT_NOT_FOUND', context: { id: [id] } });

/** Every property that is wrong, in one answer. */
export function invalidProperties(problems: readonly PropertyProblem[], portalId: number): HubSpotFailure {
  const listed = problems.map(({ name, code, message }) => ({
    isValid: false,
    message,
    error: code,
    name,
    localizedErrorMessage: message,
    portalId,
  }));
  return new HubSpotFailure(400, `Property values were not valid: ${JSON.stringify(listed)}`, {
    category: 'VALIDATION_ERROR',
    errors: problems.map(({ name, code, message }) => ({ message, code, context: { propertyName: [name] } })),
  });
}

/** Something that HubSpot has and the fake does not: loud, and no category that HubSpot would answer. */
export const unsupported = (what: string): HubSpotFailure =>
  new HubSpotFailure(501, `fakeHubSpot does not support ${what}; HubSpot does.`, { category: 'FAKE_DOES_NOT_SUPPORT' });
