/** Bounds the names of one kind: `SeriesLimits` of @pagoda/metrics has one for each. */
export interface NameLimiter {
  /** What a name is shown as. */
  resolve(name: string): string;
}

/** What topics, clients and groups are shown as. */
export interface Names {
  readonly topic: NameLimiter;
  readonly client: NameLimiter;
  readonly group: NameLimiter;
}

/** What did not fit into a table. */
export const otherName = "__other__";
/** A client that does not say who it is. */
export const noClientName = "__none__";
/** A topic that a request names by an id that nobody has seen the name of. */
export const unknownIdName = "__unknown_id__";
