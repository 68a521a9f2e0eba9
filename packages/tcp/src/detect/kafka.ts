import { literal, uint, uintBetween } from "./detector.ts";
import type { Detector, Verdict } from "./detector.ts";
import { kafkaApis } from "./kafka-apis.ts";

/** Kafka's own `socket.request.max.bytes`. Being so low, it rules out text at the first byte. */
const maxFrameBytes = 100 * 1024 * 1024;
/** Key, version, correlation id and an absent client id. */
const leastFrameBytes = 10;
/** How much of a client id is looked at. */
const maxClientIdBytes = 255;

/**
 * Versions above the table's that are accepted. A client asks for what the other side understands
 * before it uses it, but not on every connection: kafkajs keeps what it learnt from one broker for
 * all of them. So a first request may be as new as the cluster, which may be newer than the table.
 */
const headRoom = 4;

const apiVersionsKey = 18;
/**
 * The one request that is sent blindly, in the client's own newest version: a broker answers even
 * one that it does not know (KIP-511).
 */
const apiVersionsMost = 0x7f;

/** The versions that are accepted, by key. */
const ranges: ReadonlyMap<number, readonly [least: number, most: number]> = new Map(
  kafkaApis.map(([key, , least, most]) => [
    key,
    [least, key === apiVersionsKey ? apiVersionsMost : most + headRoom],
  ]),
);
const highestKey = Math.max(...ranges.keys());

/**
 * Kafka by the head of its first request: the size of a frame, a known api key with a version of
 * it, any correlation id, and a client id that lies within the frame and reads as text.
 *
 * ```text
 * size:int32  api_key:int16  api_version:int16  correlation_id:int32  client_id:nullable_string
 * ```
 *
 * Decided after 14 bytes and the client id, of which 255 bytes are read. SASL without Kafka's
 * frames does not come first: SaslHandshake does. Kafka 0.9's GSSAPI, which has no handshake, needs
 * a hint that is not checked.
 */
export const kafkaDetector: Detector = { protocol: "kafka", detect: requestHeader };

function requestHeader(bytes: Uint8Array): Verdict {
  const sized = uintBetween(bytes, 0, 4, leastFrameBytes, maxFrameBytes);
  if (sized !== "match") return sized;
  const size = uint(bytes, 0, 4);

  const keyed = uintBetween(bytes, 4, 2, 0, highestKey);
  if (keyed !== "match") return keyed;
  const key = uint(bytes, 4, 2);
  const range = ranges.get(key);
  if (range === undefined) return "no";

  const versioned = uintBetween(bytes, 6, 2, range[0], range[1]);
  if (versioned !== "match") return versioned;
  if (isZooKeeper(size, key, uint(bytes, 6, 2)) || isPostgres(bytes, key)) return "no";

  const absent = uintBetween(bytes, 12, 2, 0xffff, 0xffff);
  if (absent === "match") return "match";
  const named = uintBetween(bytes, 12, 2, 0, Math.min(size - leastFrameBytes, 0x7fff));
  if (named === "match") return clientId(bytes, uint(bytes, 12, 2));
  return absent === "more" ? "more" : named;
}

/**
 * ZooKeeper's connect request reads as a Produce v0: 44 or 45 bytes, then four of zero. No Produce
 * is that short, with a topic and a record in it.
 */
function isZooKeeper(size: number, key: number, version: number): boolean {
  return key === 0 && version === 0 && size <= 45;
}

/**
 * PostgreSQL's startup, `00 03 00 00 user`, reads as a Metadata with an odd correlation id. The
 * user's name behind it is most often refused as a client id, but not when it is long.
 */
function isPostgres(bytes: Uint8Array, key: number): boolean {
  return key === 3 && literal(bytes, 8, "user") === "match";
}

/** No control bytes, and none that UTF-8 never has: a string of text behind the length. */
function clientId(bytes: Uint8Array, length: number): Verdict {
  const read = Math.min(length, maxClientIdBytes);
  for (let at = 14; at < 14 + read; at++) {
    const byte = bytes[at];
    if (byte === undefined) return "more";
    if (byte < 0x20 || byte === 0x7f || byte === 0xc0 || byte === 0xc1 || byte > 0xf4) return "no";
  }
  return "match";
}
