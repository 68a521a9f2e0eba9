import type { Magic } from "./attributes.ts";
import { compressionName } from "./attributes.ts";
import type { DecodeRecordsSettings } from "./decode-options.ts";
import { ProtocolError } from "../errors/protocol-error.ts";
import { MalformedRecordsError, RecordsLimitError, UnsupportedCompressionError } from "./records-error.ts";

/**
 * What `bytes` were before compression `id`, by the codec registered for it.
 * @throws UnsupportedCompressionError, RecordsLimitError, or MalformedRecordsError for anything else.
 */
export function decompress(
  bytes: Uint8Array,
  id: number,
  magic: Magic,
  batchAt: number,
  { codecs, maxDecompressedBytes }: DecodeRecordsSettings,
): Uint8Array {
  const codec = codecs.get(id);
  if (codec === undefined) throw new UnsupportedCompressionError(`${compressionName(id)} (${id})`);
  let output: Uint8Array;
  try {
    output = codec.decompress(bytes, { magic, maxBytes: maxDecompressedBytes });
  } catch (cause) {
    if (cause instanceof ProtocolError) throw cause;
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new MalformedRecordsError(batchAt, `${codec.name}: ${reason}`, { cause });
  }
  if (output.length > maxDecompressedBytes) {
    throw new RecordsLimitError("maxDecompressedBytes", maxDecompressedBytes);
  }
  return output;
}
