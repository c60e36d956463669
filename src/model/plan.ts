/** What a first round of collection reads: data that the engine derives from its rules and hands to the collector. */
export interface PlannedKind {
  readonly kind: string;
  readonly group: string;
}

export interface CollectionPlan {
  /** Kinds to list in the namespaces of the question. */
  readonly kinds: readonly PlannedKind[];
}
