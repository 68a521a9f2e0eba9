import type { Context } from "../context.ts";
import { classify } from "../error.ts";

/** How a call ended, as far as it tells of the service; `cancelled` tells nothing. */
export type Outcome = "succeeded" | "failed" | "cancelled";

/**
 * Did the caller go away? Not when it was a timeout above that cancelled the call: that one says
 * that the service is slow.
 */
export function abandoned(cx: Context): boolean {
  return cx.reason !== undefined && classify(cx.reason).kind !== "timeout";
}
