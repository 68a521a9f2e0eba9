import { RecordsLimitError } from "../records-error.ts";

/**
 * Runs one of node:zlib's synchronous decompressors, which stop at `maxOutputLength` instead of
 * allocating more. `usedBytes` of `maxBytes` are spent already.
 * @throws RecordsLimitError if the output would exceed what is left.
 */
export function bounded(
  maxBytes: number,
  usedBytes: number,
  run: (maxOutputLength: number) => Uint8Array,
): Uint8Array {
  const leftBytes = maxBytes - usedBytes;
  let output: Uint8Array;
  try {
    // zlib takes no 0.
    output = run(Math.max(1, leftBytes));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ERR_BUFFER_TOO_LARGE") throw error;
    throw new RecordsLimitError("maxDecompressedBytes", maxBytes);
  }
  if (output.length > leftBytes) throw new RecordsLimitError("maxDecompressedBytes", maxBytes);
  return output;
}
