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

const writer = new Writer();

/**
 * A request as it goes on the wire: size, header and body, written in one piece.
 * @throws InvalidMessageError, UnsupportedVersionError
 */
export function encodeRequestFrame<Request>(
  api: Pick<ApiDefinition<Request, unknown>, "key" | "request" | "requestHeaderVersion">,
  version: number,
  header: RequestHeaderFields,
  body: Request,
): Uint8Array {
  return encodeFrame(api.request, version, body, () => {
    const headerVersion = api.requestHeaderVersion(version);
    writer.int16(api.key);
    writer.int16(version);
    writer.int32(header.correlationId);
    if (headerVersion >= 1) writer.nullableString(header.clientId);
    if (headerVersion >= 2) writer.taggedFields(header.unknownTaggedFields);
  });
}

/**
 * A response as it goes on the wire: size, header and body, written in one piece.
 * @throws InvalidMessageError, UnsupportedVersionError
 */
export function encodeResponseFrame<Response>(
  api: Pick<ApiDefinition<unknown, Response>, "response" | "responseHeaderVersion">,
  version: number,
  header: ResponseHeaderFields,
  body: Response,
): Uint8Array {
  return encodeFrame(api.response, version, body, () => {
    writer.int32(header.correlationId);
    if (api.responseHeaderVersion(version) >= 1) writer.taggedFields(header.unknownTaggedFields);
  });
}

function encodeFrame<T>(
  codec: MessageCodec<T>,
  version: number,
  body: T,
  writeHeader: () => void,
): Uint8Array {
  const { min, max } = codec.validVersions;
  if (!(version >= min && version <= max)) throw new UnsupportedVersionError(codec.name, version, [min, max]);
  try {
    writer.int32(0);
    writeHeader();
    codec.write(writer, body, version);
    writer.patchInt32(0, writer.length - 4);
    return writer.finish();
  } catch (error) {
    writer.reset();
    const [problem] = codec.validate(body, version);
    const reason = error instanceof Error ? error.message : String(error);
    throw new InvalidMessageError(codec.name, version, problem ?? { path: "", reason }, { cause: error });
  }
}
