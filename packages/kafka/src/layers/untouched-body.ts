import type { KafkaRequest } from "../request.ts";

/** Behind size, API key, version, correlation id. */
const clientIdOffset = 12;

/**
 * The bytes of a request's body, as they came. Undefined where a layer has changed it, and for a header
 * with tagged fields, which nobody sends: decode it then.
 */
export function untouchedBody(request: KafkaRequest): Uint8Array | undefined {
  if (!request.untouched) return undefined;
  const { api, apiVersion } = request;
  const frame = request.toFrame();
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
  const offset = clientIdOffset + 2 + Math.max(0, view.getInt16(clientIdOffset));
  if (api === null || api.requestHeaderVersion(apiVersion) < 2) return frame.subarray(offset);
  return frame[offset] === 0 ? frame.subarray(offset + 1) : undefined;
}
