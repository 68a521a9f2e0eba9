import type { BatchRecord } from "./record-batch.ts";

/** What a control record says; `UNKNOWN` is a type that newer brokers may write, to be passed over. */
export type ControlRecordType =
  | "ABORT"
  | "COMMIT"
  | "LEADER_CHANGE"
  | "SNAPSHOT_HEADER"
  | "SNAPSHOT_FOOTER"
  | "KRAFT_VERSION"
  | "KRAFT_VOTERS"
  | "UNKNOWN";

/** The data messages that control records carry: keys of `messages`. */
export type ControlMessageName =
  | "EndTxnMarker"
  | "LeaderChangeMessage"
  | "SnapshotHeaderRecord"
  | "SnapshotFooterRecord"
  | "KRaftVersionRecord"
  | "VotersRecord";

/** A record of a control batch (KIP-98, KIP-595): a broker's marker, which no consumer is shown. */
export interface ControlRecord {
  readonly keyVersion: number;
  /** The type's number on the wire. */
  readonly type: number;
  readonly typeName: ControlRecordType;
  /** The data message that `body` is; null for type UNKNOWN. */
  readonly messageName: ControlMessageName | null;
  /** The version of that message; of LeaderChangeMessage and the like, what its field `version` says. */
  readonly messageVersion: number;
  /** The message's bytes, a view of the record's value; null without a value. */
  readonly body: Uint8Array | null;
}

const types: readonly (readonly [name: ControlRecordType, messageName: ControlMessageName])[] = [
  ["ABORT", "EndTxnMarker"],
  ["COMMIT", "EndTxnMarker"],
  ["LEADER_CHANGE", "LeaderChangeMessage"],
  ["SNAPSHOT_HEADER", "SnapshotHeaderRecord"],
  ["SNAPSHOT_FOOTER", "SnapshotFooterRecord"],
  ["KRAFT_VERSION", "KRaftVersionRecord"],
  ["KRAFT_VOTERS", "VotersRecord"],
];

/**
 * Reads a record of a control batch (`isControl`); undefined if its key is no control key.
 *
 *     key    version int16 | type int16
 *     value  ABORT, COMMIT: version int16, then an EndTxnMarker of that version
 *            others: the message, whose first field is its version (int16)
 */
export function controlRecord(record: Pick<BatchRecord, "key" | "value">): ControlRecord | undefined {
  const { key, value } = record;
  if (key === null || key.length < 4) return undefined;
  const keyVersion = int16(key, 0);
  const type = int16(key, 2);
  const [typeName, messageName] = types[type] ?? (["UNKNOWN", null] as const);
  const messageVersion = value === null || value.length < 2 ? -1 : int16(value, 0);
  const isMarker = messageName === "EndTxnMarker";
  const body = isMarker && value !== null ? value.subarray(2) : value;
  return { keyVersion, type, typeName, messageName, messageVersion, body };
}

function int16(bytes: Uint8Array, at: number): number {
  return (((bytes[at] as number) << 24) >> 16) | (bytes[at + 1] as number);
}
