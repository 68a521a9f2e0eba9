import { ProtocolError } from "./protocol-error.ts";

/** Bytes that are not the message they should be. */
export class MalformedMessageError extends ProtocolError {
  readonly code = "MALFORMED_MESSAGE";
  readonly retriable = false;
  readonly kind = "protocol";
  /** The message, e.g. `MetadataResponse`. */
  readonly messageName: string;
  readonly version: number;
  /** The field, e.g. `topics[0].partitions[1].leaderId`; empty for the message as a whole. */
  readonly path: string;
  /** Where in the message, in bytes from its start. */
  readonly offset: number;

  constructor(
    messageName: string,
    version: number,
    { path, offset, reason }: { path: string; offset: number; reason: string },
    options?: ErrorOptions,
  ) {
    const where = path === "" ? "" : ` ${path}`;
    super(`malformed ${messageName} v${version}:${where} at byte ${offset}: ${reason}`, options);
    this.messageName = messageName;
    this.version = version;
    this.path = path;
    this.offset = offset;
  }
}

/** A value that cannot be sent as the message and version asked for. */
export class InvalidMessageError extends ProtocolError {
  readonly code = "INVALID_MESSAGE";
  readonly retriable = false;
  readonly kind = "invalid";
  readonly messageName: string;
  readonly version: number;
  /** The field, e.g. `topics[0].name`; empty for the message as a whole. */
  readonly path: string;

  constructor(
    messageName: string,
    version: number,
    { path, reason }: { path: string; reason: string },
    options?: ErrorOptions,
  ) {
    super(`invalid ${messageName} v${version}:${path === "" ? "" : ` ${path}:`} ${reason}`, options);
    this.messageName = messageName;
    this.version = version;
    this.path = path;
  }
}

/** A version of a message that this codec does not know, or that does not exist. */
export class UnsupportedVersionError extends ProtocolError {
  readonly code = "UNSUPPORTED_VERSION";
  readonly retriable = false;
  readonly kind = "protocol";
  readonly messageName: string;
  readonly version: number;

  constructor(messageName: string, version: number, [from, to]: readonly [from: number, to: number]) {
    super(`${messageName} has versions ${from} to ${to}, not ${version}`);
    this.messageName = messageName;
    this.version = version;
  }
}
