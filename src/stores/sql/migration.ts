/** One step of the schema. A step that was released never changes: a new one follows it. */
export interface Migration {
  readonly version: number;
  readonly statements: readonly string[];
}
