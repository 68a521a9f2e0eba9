import { ProxyError } from "@pagoda/core";

/** A capture file that is damaged, or of a kind that is not read. */
export class CaptureError extends ProxyError {
  readonly code = "CAPTURE";
  readonly retriable = false;
  readonly kind = "invalid";
  /** Where in the file, in bytes. */
  readonly offset: number;

  constructor(offset: number, reason: string) {
    super(`capture file, at byte ${offset}: ${reason}`);
    this.offset = offset;
  }
}
