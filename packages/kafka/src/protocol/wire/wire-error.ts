import { ProtocolError } from "../errors/protocol-error.ts";

/**
 * Bytes that no Kafka primitive can be read from. A message's `decode` turns it into a
 * `MalformedMessageError`, which says in which message and field it happened.
 */
export class WireError extends ProtocolError {
  readonly code = "MALFORMED_BYTES";
  readonly retriable = false;
  readonly kind = "protocol";
  /** Where the read began, in bytes from the start of what the reader was given. */
  readonly offset: number;

  constructor(reason: string, offset: number) {
    super(reason);
    this.offset = offset;
  }
}
