/**
 * One change of a set that is discovered while the program runs: brokers, endpoints, targets. A
 * later `add` of the same key replaces the earlier one.
 */
export type Change<K, S> =
  | { readonly type: "add"; readonly key: K; readonly service: S }
  | { readonly type: "remove"; readonly key: K };
