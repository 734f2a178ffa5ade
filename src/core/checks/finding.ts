/** One thing that a check found out about a connection. Ids, names of fields and codes: no personal value, no token. */
export interface Finding {
  /** `ok`: looked at, and fine. `advice`: works, and could be better. `warning`: something is left out. `error`: a flow would fail. */
  readonly level: 'ok' | 'advice' | 'warning' | 'error';
  /** Stable, ours: for example `token_revoked`, `field_not_visible`. */
  readonly code: string;
  readonly message: string;
  /** One sentence that says what to do. */
  readonly remedy: string;
  /** Who can do it. */
  readonly who: 'nobody' | 'developer' | 'crm_admin' | 'crm_user';
  readonly at: { readonly object?: string; readonly field?: string };
}
