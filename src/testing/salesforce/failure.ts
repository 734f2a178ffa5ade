/** A refusal in Salesforce's words: `errorCode` in REST answers, `statusCode` in the results of collections. */
export class SalesforceFailure extends Error {
  override readonly name = 'SalesforceFailure';
  readonly status: number;
  readonly code: string;
  readonly fields: readonly string[] | undefined;
  /** More members of the error, as `DUPLICATES_DETECTED` has them. */
  readonly extra: Readonly<Record<string, unknown>>;

  constructor(
    code: string,
    message: string,
    options: { status?: number; fields?: readonly string[]; extra?: Readonly<Record<string, unknown>> } = {},
  ) {
    super(message);
    this.code = code;
    this.status = options.status ?? 400;
    this.fields = options.fields;
    this.extra = options.extra ?? {};
  }

  /** The element of a REST error body, which is an array. */
  toBody(): Record<string, unknown> {
    return { ...this.extra, message: this.message, errorCode: this.code, ...(this.fields === undefined ? {} : { fields: this.fields }) };
  }

  /** The element of `errors` in a collection result. */
  toResult(): Record<string, unknown> {
    return { statusCode: this.code, message: this.message, fields: this.fields ?? [] };
  }
}

export const notFound = (message = 'The requested resource does not exist'): SalesforceFailure =>
  new SalesforceFailure('NOT_FOUND', message, { status: 404 });

/** Something that Salesforce has and the fake does not: loud, and no code that Salesforce would answer. */
export const unsupported = (what: string): SalesforceFailure =>
  new SalesforceFailure('FAKE_DOES_NOT_SUPPORT', `fakeSalesforce does not support ${what}; Salesforce does.`, { status: 501 });
