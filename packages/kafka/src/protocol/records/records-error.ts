import { ProtocolError } from "../errors/protocol-error.ts";

/** The bytes are no record batches or message sets, or what a batch holds contradicts its header. */
export class MalformedRecordsError extends ProtocolError {
  readonly code = "MALFORMED_RECORDS";
  readonly retriable = false;
  readonly kind = "protocol";
  /** Where the batch begins, in bytes from the start of what was given. */
  readonly batchAt: number;
  /** What is wrong, without where. */
  readonly reason: string;

  constructor(batchAt: number, reason: string, options?: ErrorOptions) {
    super(`batch at byte ${batchAt}: ${reason}`, options);
    this.batchAt = batchAt;
    this.reason = reason;
  }
}

/** A batch's checksum (CRC-32C; CRC-32 for magic 0 and 1) is not that of its bytes. */
export class RecordsChecksumError extends ProtocolError {
  readonly code = "RECORDS_CHECKSUM";
  readonly retriable = false;
  readonly kind = "protocol";
  /** Where the batch begins, in bytes from the start of what was given. */
  readonly batchAt: number;
  /** The checksum that the batch states. */
  readonly stated: number;
  /** The checksum of its bytes. */
  readonly computed: number;

  constructor(batchAt: number, stated: number, computed: number) {
    super(`batch at byte ${batchAt}: checksum ${hex(stated)} stated, ${hex(computed)} computed`);
    this.batchAt = batchAt;
    this.stated = stated;
    this.computed = computed;
  }
}

/** The bound that a {@link RecordsLimitError} is about: an option of the decoder. */
export type RecordsLimit = "maxDecompressedBytes" | "maxRecords" | "maxHeaders";

/** A batch is bigger than a bound of the decoder allows: a decompression bomb, or a bound too low. */
export class RecordsLimitError extends ProtocolError {
  readonly code = "RECORDS_LIMIT";
  readonly retriable = false;
  readonly kind = "overload";
  readonly limit: RecordsLimit;
  /** The bound's value. */
  readonly max: number;

  constructor(limit: RecordsLimit, max: number) {
    super(`a record batch exceeds ${limit} (${max})`);
    this.limit = limit;
    this.max = max;
  }
}

/** A batch is compressed with something that no codec is registered, or loadable, for. */
export class UnsupportedCompressionError extends ProtocolError {
  readonly code = "UNSUPPORTED_COMPRESSION";
  readonly retriable = false;
  readonly kind = "invalid";

  constructor(what: string, options?: ErrorOptions) {
    super(`unsupported compression: ${what}`, options);
  }
}

/** A batch cannot be encoded: a value outside its field's range, or one that the format has no place for. */
export class InvalidRecordsError extends ProtocolError {
  readonly code = "INVALID_RECORDS";
  readonly retriable = false;
  readonly kind = "invalid";
}

function hex(crc: number): string {
  return `0x${crc.toString(16).padStart(8, "0")}`;
}
