/** The members of a `PoolClient` (pg) that the store uses. */
export interface PostgresClient {
  query(text: string, values?: (string | number | null)[]): Promise<{ readonly rows: unknown[] }>;
  /** `true`: the connection is not to be used again. */
  release(destroy?: boolean): void;
  on?(event: 'error', listener: (error: Error) => void): unknown;
  removeListener?(event: 'error', listener: (error: Error) => void): unknown;
}

/** The member of a `Pool` (pg, `@neondatabase/serverless`) that the store uses. */
export interface PostgresPool {
  connect(): Promise<PostgresClient>;
}
