import { compressionName } from "./attributes.ts";
import type { Magic } from "./attributes.ts";
import { standardCodecs } from "./compression/standard-codecs.ts";
import type { EncodeRecordsOptions } from "./new-batch.ts";
import { UnsupportedCompressionError } from "./records-error.ts";

/**
 * `bytes` after compression `id`, by the codec registered for it.
 * @throws UnsupportedCompressionError if no codec is registered for `id`.
 */
export function compress(
  bytes: Uint8Array,
  id: number,
  magic: Magic,
  options: EncodeRecordsOptions | undefined,
): Uint8Array {
  const codec = (options?.codecs ?? standardCodecs).get(id);
  if (codec === undefined) throw new UnsupportedCompressionError(`${compressionName(id)} (${id})`);
  return codec.compress(bytes, { magic });
}
