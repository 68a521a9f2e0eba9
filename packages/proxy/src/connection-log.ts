import { classify, layer } from "@pagoda/core";
import type { SameLayer } from "@pagoda/core";
import { formatEndpoint } from "@pagoda/tcp";
import type { Connection } from "@pagoda/tcp";

import { logSampler } from "./log-sampler.ts";
import type { Logger } from "./log.ts";

export interface ConnectionLogOptions {
  readonly log: Logger;
}

/**
 * A line for each connection that failed (`warn`, at most one a second for each error code, with
 * the number held back) and, at `debug`, for each one that ended in order.
 */
export function connectionLog<C extends Connection>({ log }: ConnectionLogOptions): SameLayer<C, void> {
  const sample = logSampler();

  return layer("connectionLog", (inner) => async (connection: C, cx) => {
    const { id: conn, listener } = connection;
    try {
      await inner.call(connection, cx);
      log.debug({ listener, conn, client: formatEndpoint(connection.remote) }, "connection ended");
    } catch (error) {
      const { code, kind } = classify(error);
      const { write, suppressed } = sample(code);
      if (write && kind !== "cancelled") {
        const client = formatEndpoint(connection.remote);
        log.warn(
          { listener, conn, client, err: error, ...(suppressed > 0 && { suppressed }) },
          "connection failed",
        );
      }
      throw error;
    }
  });
}
