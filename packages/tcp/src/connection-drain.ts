import { contextKey } from "@pagoda/core";
import type { ContextKey, Drain } from "@pagoda/core";

/**
 * The drain of one connection: when it starts, whatever serves the connection ends it in order,
 * between two requests where it knows them. `maxAge` sets it; `serveKafka` and `drainQuiet` heed it.
 */
export const connectionDrain: ContextKey<Drain | undefined> = contextKey<Drain | undefined>(
  "tcp.connectionDrain",
  undefined,
);
