import { locateFault } from "../schema/locate.ts";
import type { MessageSchema } from "../schema/schema.ts";
import { WireError } from "../wire/wire-error.ts";
import { MalformedMessageError } from "./message-errors.ts";

/**
 * What a reader failed with, as an error that names the field; any other error as it is. A
 * `RangeError` is a DataView's (the reader leaves the end of the memory to it) if the bytes turn out
 * to be at fault.
 */
export function asMalformed(
  schema: MessageSchema,
  bytes: Uint8Array,
  version: number,
  cause: unknown,
): unknown {
  const byReader = cause instanceof WireError;
  if (!byReader && !(cause instanceof RangeError)) return cause;
  const fault = locateFault(schema, bytes, version);
  if (fault === null && !byReader) return cause;
  const where = fault ?? { path: "", offset: byReader ? cause.offset : 0, reason: cause.message };
  return new MalformedMessageError(schema.name, version, where, { cause });
}
