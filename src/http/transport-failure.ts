/** Why there is no answer. `sent: false` is claimed only where no byte of the request can have reached the server. */
export interface TransportFailure {
  readonly sent: false | 'unclear';
  /** `ECONNREFUSED`, `UND_ERR_SOCKET`, `timeout`: never a message, which may hold the URL. */
  readonly code: string;
}

/** Raised while a name is looked up, a connection is made or a certificate is checked: before the request is written. */
const BEFORE_SENDING = new Set([
  'ENOTFOUND',
  'EAI_AGAIN',
  'ECONNREFUSED',
  'UND_ERR_CONNECT_TIMEOUT',
  'CERT_HAS_EXPIRED',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'ERR_TLS_CERT_ALTNAME_INVALID',
]);

const textOf = (source: object, name: string): string | undefined => {
  const value: unknown = Reflect.get(source, name);
  return typeof value === 'string' ? value : undefined;
};

/** The innermost errors: fetch wraps the socket's error, and a connection to several addresses fails with all of theirs. */
function innermost(error: unknown, depth = 0): readonly object[] {
  if (typeof error !== 'object' || error === null) return [];
  const errors: unknown = Reflect.get(error, 'errors');
  if (depth < 5 && Array.isArray(errors) && errors.length > 0) return errors.flatMap((each) => innermost(each, depth + 1));
  const cause: unknown = Reflect.get(error, 'cause');
  return depth < 5 && typeof cause === 'object' && cause !== null ? innermost(cause, depth + 1) : [error];
}

/** Reads a rejected `fetch`. Anything that is not known to have failed before sending is unclear. */
export function transportFailure(error: unknown): TransportFailure {
  const causes = innermost(error);
  const before = (cause: object) =>
    BEFORE_SENDING.has(textOf(cause, 'code') ?? '') || ['connect', 'getaddrinfo'].includes(textOf(cause, 'syscall') ?? '');
  const first = causes[0];
  return {
    sent: causes.length > 0 && causes.every(before) ? false : 'unclear',
    code: (first && (textOf(first, 'code') ?? textOf(first, 'name'))) || 'unknown',
  };
}
