import { contextKey } from "@pagoda/core";
import type { ContextKey } from "@pagoda/core";

/** Whether the one who asked takes answers as fast as they come. */
export interface ResponseFlow {
  /** True: answers pile up in memory. */
  readonly congested: boolean;
  /** Calls `listener` once, when answers are taken again. */
  onDrain(listener: () => void): void;
}

/**
 * How `serveKafka` tells `kafkaClient`, through the layers between them, that a client is slow: the
 * upstream is not read then.
 */
export const responseFlow: ContextKey<ResponseFlow | undefined> = contextKey<ResponseFlow | undefined>(
  "kafka.responseFlow",
  undefined,
);
