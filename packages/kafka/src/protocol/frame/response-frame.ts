import type { ApiDefinition } from "../api.ts";
import { asMalformed } from "../errors/as-malformed.ts";
import { messages } from "../generated/registry.ts";
import { Reader } from "../wire/reader.ts";
import type { UnknownTaggedField } from "../wire/reader.ts";

/** A response's header and where its body is. */
export interface ResponseFrame {
  readonly correlationId: number;
  /** Tagged fields of the header that no version defines. */
  readonly unknownTaggedFields: readonly UnknownTaggedField[] | null;
  readonly bodyOffset: number;
  /**
   * The version of the body: the one asked for, or 0 for an ApiVersions response that says the
   * broker does not know the version asked for (KIP-511).
   */
  readonly bodyVersion: number;
  /** The whole frame, without its size. */
  readonly bytes: Uint8Array;
}

/** What is needed of an API to read its responses. */
export type ResponseOf<Response> = Pick<
  ApiDefinition<unknown, Response>,
  "key" | "response" | "responseHeaderVersion"
>;

const apiVersionsKey = 18;
const unsupportedVersion = 35;
const reader = new Reader();

/** The correlation id, which every response begins with. @throws MalformedMessageError */
export function correlationIdOf(bytes: Uint8Array): number {
  try {
    reader.reset(bytes);
    const correlationId = reader.int32();
    reader.check();
    return correlationId;
  } catch (error) {
    throw malformedHeader(bytes, 0, error);
  } finally {
    reader.release();
  }
}

/**
 * Reads the header of a response to `version` of `api`: which request it answers has to be known.
 * @param bytes a frame without its size
 * @throws MalformedMessageError
 */
export function readResponseFrame(
  bytes: Uint8Array,
  api: ResponseOf<unknown>,
  version: number,
): ResponseFrame {
  const headerVersion = api.responseHeaderVersion(version);
  try {
    reader.reset(bytes);
    const correlationId = reader.int32();
    const unknownTaggedFields = headerVersion >= 1 ? reader.taggedFields() : null;
    reader.check();
    const bodyOffset = reader.offset;
    const refused =
      api.key === apiVersionsKey && reader.remaining >= 2 && reader.int16() === unsupportedVersion;
    return { correlationId, unknownTaggedFields, bodyOffset, bodyVersion: refused ? 0 : version, bytes };
  } catch (error) {
    throw malformedHeader(bytes, headerVersion, error);
  } finally {
    reader.release();
  }
}

/**
 * The body of a response whose header was read.
 * @throws MalformedMessageError with offsets from the body's start, UnsupportedVersionError
 */
export function decodeResponseBody<Response>(
  frame: ResponseFrame,
  { response }: Pick<ResponseOf<Response>, "response">,
): Response {
  return response.decode(frame.bytes.subarray(frame.bodyOffset), frame.bodyVersion);
}

function malformedHeader(bytes: Uint8Array, version: number, error: unknown): unknown {
  return asMalformed(messages.ResponseHeader.schema, bytes, version, error);
}
