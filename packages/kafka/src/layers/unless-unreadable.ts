import { ProtocolError } from "../protocol/errors/protocol-error.ts";

/**
 * For `onHookError` of what only watches: a message that cannot be read goes on as it is, and who it
 * is for says what is wrong with it. Other errors are thrown on.
 */
export function unlessUnreadable(error: unknown): void {
  if (!(error instanceof ProtocolError)) throw error;
}
