import { apiOfKey } from "@pagoda/kafka/protocol";

/** Kafka's own limit for a request. */
const maxFrameBytes = 104_857_600;
/** Versions beyond what this codec knows that a newer client may use. */
const newerVersions = 5;

/** May a request begin so, size and all? */
export function looksLikeRequest(bytes: Uint8Array): boolean {
  if (bytes.length < 12) return false;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const size = view.getInt32(0);
  const api = apiOfKey(view.getInt16(4));
  const version = view.getInt16(6);
  if (size < 8 || size > maxFrameBytes || api === undefined) return false;
  if (version < 0 || version > api.versions.max + newerVersions) return false;
  const clientIdBytes = bytes.length < 14 ? -1 : view.getInt16(12);
  return clientIdBytes >= -1 && clientIdBytes <= size - 10;
}

/** The correlation id of the response that may begin so, size and all; undefined where none may. */
export function correlationIdIn(bytes: Uint8Array): number | undefined {
  if (bytes.length < 8) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const size = view.getInt32(0);
  return size < 4 || size > maxFrameBytes ? undefined : view.getInt32(4);
}

/** The beginning of a TLS record: a handshake or data, version 3. */
export function looksLikeTls(bytes: Uint8Array): boolean {
  return bytes.length >= 3 && (bytes[0] as number) >= 0x14 && (bytes[0] as number) <= 0x17 && bytes[1] === 3;
}
