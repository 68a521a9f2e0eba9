/** What a request is for, as a label of a client's requests. */
export type ApiClass = "produce" | "fetch" | "group" | "txn" | "admin" | "other";

const classes: readonly (readonly [ApiClass, readonly number[]])[] = [
  ["produce", [0]],
  // Fetch, ListOffsets, OffsetForLeaderEpoch, ShareFetch, ShareAcknowledge.
  ["fetch", [1, 2, 23, 78, 79]],
  // Offsets, coordinators, membership: classic, consumer (KIP-848), share and streams groups.
  ["group", [8, 9, 10, 11, 12, 13, 14, 68, 76, 88]],
  // InitProducerId, AddPartitionsToTxn, AddOffsetsToTxn, EndTxn, WriteTxnMarkers, TxnOffsetCommit.
  ["txn", [22, 24, 25, 26, 27, 28]],
  // Metadata, versions, SASL and telemetry: what every client does.
  ["other", [-1, 3, 17, 18, 36, 71, 72]],
];

const byKey: ReadonlyMap<number, ApiClass> = new Map(
  classes.flatMap(([name, keys]) => keys.map((key) => [key, name] as const)),
);

/** Of an API that this codec knows, whatever is not said above is administration. */
export function apiClassOf(apiKey: number, known: boolean): ApiClass {
  return byKey.get(apiKey) ?? (known ? "admin" : "other");
}
