import { asMalformed } from "../errors/as-malformed.ts";
import { UnsupportedVersionError } from "../errors/message-errors.ts";
import { messages } from "../generated/registry.ts";
import { apiOfKey } from "../lookup.ts";
import type { AnyApi } from "../lookup.ts";
import { Reader } from "../wire/reader.ts";
import type { UnknownTaggedField } from "../wire/reader.ts";

/** A request's header and where its body is. */
export interface RequestFrame {
  readonly apiKey: number;
  readonly apiVersion: number;
  readonly correlationId: number;
  readonly clientId: string | null;
  /**
   * The API, if this codec knows it in this version. Null otherwise: then the four fields above are
   * all that can be known, and the bytes can only be passed on or refused as they are.
   */
  readonly api: AnyApi | null;
  /** Tagged fields of the header that no version defines. */
  readonly unknownTaggedFields: readonly UnknownTaggedField[] | null;
  /** Where the body begins in `bytes`; -1 if that cannot be known, `api` being null. */
  readonly bodyOffset: number;
  /** The whole frame, without its size. */
  readonly bytes: Uint8Array;
}

const reader = new Reader();

/**
 * Reads a request's header. Every client's can be read, whatever API and version it asks for: the
 * client id has the same form in all header versions that have one.
 * @param bytes a frame without its size
 * @throws MalformedMessageError
 */
export function readRequestFrame(bytes: Uint8Array): RequestFrame {
  let headerVersion = 0;
  try {
    reader.reset(bytes);
    const apiKey = reader.int16();
    const apiVersion = reader.int16();
    const correlationId = reader.int32();
    const known = apiOfKey(apiKey);
    const api = known !== undefined && isSupported(known, apiVersion) ? known : null;
    // Without the API only what header versions 1 and 2 have in common can be read.
    headerVersion = api === null ? 1 : api.requestHeaderVersion(apiVersion);
    const clientId = headerVersion >= 1 ? reader.nullableString() : null;
    const unknownTaggedFields = headerVersion >= 2 ? reader.taggedFields() : null;
    reader.check();
    const bodyOffset = api === null ? -1 : reader.offset;
    return { apiKey, apiVersion, correlationId, clientId, api, unknownTaggedFields, bodyOffset, bytes };
  } catch (error) {
    throw asMalformed(messages.RequestHeader.schema, bytes, headerVersion, error);
  } finally {
    reader.release();
  }
}

function isSupported({ versions }: AnyApi, version: number): boolean {
  return version >= versions.min && version <= versions.max;
}

/**
 * The body of a request whose header was read.
 * @throws UnsupportedVersionError where `api` is null
 * @throws MalformedMessageError with offsets from the body's start
 */
export function decodeRequestBody(frame: RequestFrame): unknown {
  const { api, apiKey, apiVersion } = frame;
  if (api === null) {
    const known = apiOfKey(apiKey);
    const { min, max } = known?.versions ?? { min: -1, max: -1 };
    throw new UnsupportedVersionError(known?.name ?? `api key ${apiKey}`, apiVersion, [min, max]);
  }
  return api.request.decode(frame.bytes.subarray(frame.bodyOffset), apiVersion);
}
