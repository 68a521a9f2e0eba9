import { apiOfKey, MalformedMessageError, messages, UnsupportedVersionError } from "@pagoda/kafka/protocol";
import type { AnyApi } from "@pagoda/kafka/protocol";
import type { ProxyError } from "@pagoda/core";

import { walkMessage } from "./walk-message.ts";
import type { JsonObject, WalkOptions } from "./walk-message.ts";

/** A frame as JSON, whole or up to where it stops being one. */
export interface DecodedFrame {
  readonly json: JsonObject;
  /** Why it is not whole. */
  readonly error?: ProxyError;
}

/** Which request a response answers. */
export interface Answered {
  readonly api: AnyApi;
  readonly version: number;
}

const unsupportedVersion = 35;
const apiVersionsKey = 18;

/**
 * A request as JSON: what it is, its header, its body.
 * @param bytes what `offset`s count from; the frame begins at `start`, behind its size where it has one
 */
export function decodeRequest(bytes: Uint8Array, start: number, options: WalkOptions): DecodedFrame {
  const json: JsonObject = { frame: "request", size: bytes.length - start };
  const head = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).subarray(start);
  const key = head.length < 4 ? undefined : head.readInt16BE(0);
  const version = head.length < 4 ? -1 : head.readInt16BE(2);
  const known = key === undefined ? undefined : apiOfKey(key);
  const api = known !== undefined && has(known, version) ? known : undefined;
  if (known !== undefined) Object.assign(json, { api: known.name, version });
  const header: JsonObject = {};
  json["header"] = header;
  // Without the API only what header versions 1 and 2 have in common can be read.
  const headerVersion = api?.requestHeaderVersion(version) ?? 1;
  const { schema } = messages.RequestHeader;
  const walked = walkMessage({ schema, version: headerVersion }, bytes, start, header, options);
  if (walked.error !== undefined) return { json, error: walked.error };
  if (api === undefined) return { json, error: unsupported(known, key ?? -1, version) };
  return decodeBody({ codec: api.request, version }, bytes, walked.end, json, options);
}

/** A response as JSON; as {@link decodeRequest}, with what it answers, which the bytes do not say. */
export function decodeResponse(
  bytes: Uint8Array,
  start: number,
  { api, version }: Answered,
  options: WalkOptions,
): DecodedFrame {
  const json: JsonObject = { frame: "response", size: bytes.length - start, api: api.name, version };
  const header: JsonObject = {};
  json["header"] = header;
  const { schema } = messages.ResponseHeader;
  const headerVersion = api.responseHeaderVersion(version);
  const walked = walkMessage({ schema, version: headerVersion }, bytes, start, header, options);
  if (walked.error !== undefined) return { json, error: walked.error };
  // A broker that does not know the version asked for answers in 0 (KIP-511).
  const code = ((bytes[walked.end] ?? 0) << 8) | (bytes[walked.end + 1] ?? 0);
  const refused = api.key === apiVersionsKey && code === unsupportedVersion;
  if (refused) json["version"] = 0;
  const bodyVersion = refused ? 0 : version;
  if (!has(api, bodyVersion)) return { json, error: unsupported(api, api.key, version) };
  return decodeBody({ codec: api.response, version: bodyVersion }, bytes, walked.end, json, options);
}

function decodeBody(
  { codec, version }: { readonly codec: AnyApi["request"]; readonly version: number },
  bytes: Uint8Array,
  start: number,
  json: JsonObject,
  options: WalkOptions,
): DecodedFrame {
  const body: JsonObject = {};
  json["body"] = body;
  const { end, error } = walkMessage({ schema: codec.schema, version }, bytes, start, body, options);
  if (error !== undefined) return { json, error };
  if (end === bytes.length) return { json };
  const reason = `${bytes.length - end} bytes left over`;
  return { json, error: new MalformedMessageError(codec.name, version, { path: "", offset: end, reason }) };
}

function has({ versions }: AnyApi, version: number): boolean {
  return version >= versions.min && version <= versions.max;
}

function unsupported(api: AnyApi | undefined, key: number, version: number): ProxyError {
  const { min, max } = api?.versions ?? { min: -1, max: -1 };
  return new UnsupportedVersionError(api?.name ?? `API key ${key}`, version, [min, max]);
}
