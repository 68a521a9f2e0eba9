import type { ApiDefinition } from "../api.ts";
import { InvalidMessageError, UnsupportedVersionError } from "../errors/message-errors.ts";
import type { MessageCodec } from "../message.ts";
import type { UnknownTaggedField } from "../wire/reader.ts";
import { Writer } from "../wire/writer.ts";

/** What a request's header carries besides the API and its version. */
export interface RequestHeaderFields {
  readonly correlationId: number;
  readonly clientId: string | null;
  readonly unknownTaggedFields?: readonly UnknownTaggedField[] | null;
}

export interface ResponseHeaderFields {
  readonly correlationId: number;
  readonly unknownTaggedFields?: readonly UnknownTaggedField[] | null;
}

/** Bytes and records of this length and more are not copied into a frame that is made of parts. */
const partFrom = 4096;

const writer = new Writer();
const partWriter = new Writer(undefined, partFrom);

type RequestApi<Request> = Pick<ApiDefinition<Request, unknown>, "key" | "request" | "requestHeaderVersion">;
type ResponseApi<Response> = Pick<ApiDefinition<unknown, Response>, "response" | "responseHeaderVersion">;

/**
 * A request as it goes on the wire: size, header and body, written in one piece.
 * @throws InvalidMessageError, UnsupportedVersionError
 */
export function encodeRequestFrame<Request>(
  api: RequestApi<Request>,
  version: number,
  header: RequestHeaderFields,
  body: Request,
): Uint8Array {
  writeFrame(writer, api.request, version, body, () => writeRequestHeader(writer, api, version, header));
  return writer.finish();
}

/**
 * As {@link encodeRequestFrame}, in parts that follow each other, for `writev`: bytes and records of
 * 4096 bytes and more are the body's own memory, which must not change until they are sent.
 */
export function encodeRequestParts<Request>(
  api: RequestApi<Request>,
  version: number,
  header: RequestHeaderFields,
  body: Request,
): Uint8Array[] {
  writeFrame(partWriter, api.request, version, body, () =>
    writeRequestHeader(partWriter, api, version, header),
  );
  return partWriter.finishParts();
}

/**
 * A response as it goes on the wire: size, header and body, written in one piece.
 * @throws InvalidMessageError, UnsupportedVersionError
 */
export function encodeResponseFrame<Response>(
  api: ResponseApi<Response>,
  version: number,
  header: ResponseHeaderFields,
  body: Response,
): Uint8Array {
  writeFrame(writer, api.response, version, body, () => writeResponseHeader(writer, api, version, header));
  return writer.finish();
}

/** As {@link encodeResponseFrame}, in parts, as {@link encodeRequestParts} makes them. */
export function encodeResponseParts<Response>(
  api: ResponseApi<Response>,
  version: number,
  header: ResponseHeaderFields,
  body: Response,
): Uint8Array[] {
  writeFrame(partWriter, api.response, version, body, () =>
    writeResponseHeader(partWriter, api, version, header),
  );
  return partWriter.finishParts();
}

function writeRequestHeader(
  to: Writer,
  api: Pick<ApiDefinition<unknown, unknown>, "key" | "requestHeaderVersion">,
  version: number,
  header: RequestHeaderFields,
): void {
  const headerVersion = api.requestHeaderVersion(version);
  to.int16(api.key);
  to.int16(version);
  to.int32(header.correlationId);
  if (headerVersion >= 1) to.nullableString(header.clientId);
  if (headerVersion >= 2) to.taggedFields(header.unknownTaggedFields);
}

function writeResponseHeader(
  to: Writer,
  api: Pick<ApiDefinition<unknown, unknown>, "responseHeaderVersion">,
  version: number,
  header: ResponseHeaderFields,
): void {
  to.int32(header.correlationId);
  if (api.responseHeaderVersion(version) >= 1) to.taggedFields(header.unknownTaggedFields);
}

function writeFrame<T>(
  to: Writer,
  codec: MessageCodec<T>,
  version: number,
  body: T,
  writeHeader: () => void,
): void {
  const { min, max } = codec.validVersions;
  if (!(version >= min && version <= max)) throw new UnsupportedVersionError(codec.name, version, [min, max]);
  try {
    to.int32(0);
    writeHeader();
    codec.write(to, body, version);
    to.patchFirstInt32(to.length - 4);
  } catch (error) {
    to.reset();
    const [problem] = codec.validate(body, version);
    const reason = error instanceof Error ? error.message : String(error);
    throw new InvalidMessageError(codec.name, version, problem ?? { path: "", reason }, { cause: error });
  }
}
