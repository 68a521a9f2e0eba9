import type { ReadableSpan, SpanExporter } from "@opentelemetry/sdk-trace";
import { messageOf } from "@pagoda/core";

import { logSampler } from "../log-sampler.ts";
import type { Logger } from "../log.ts";

/** Milliseconds between two lines about spans that could not be sent. */
const periodMs = 60_000;

/**
 * The same exporter, with a line for the first spans that could not be sent, and then one a minute with
 * the number held back: OpenTelemetry itself tells of them on a global channel alone.
 */
export function loggedExporter(exporter: SpanExporter, log: Logger): SpanExporter {
  const sample = logSampler({ periodMs });

  return {
    export: (spans: ReadableSpan[], done) => {
      exporter.export(spans, (result) => {
        // 0 is success; its enumeration is of a package that is not ours to ask for.
        const code: number = result.code;
        if (code !== 0) {
          const { write, suppressed } = sample("export");
          const reason = result.error === undefined ? "no reason given" : messageOf(result.error);
          if (write) {
            log.warn(
              { reason, spans: spans.length, ...(suppressed > 0 && { suppressed }) },
              "spans could not be sent",
            );
          }
        }
        done(result);
      });
    },
    forceFlush: () => exporter.forceFlush?.() ?? Promise.resolve(),
    shutdown: () => exporter.shutdown(),
  };
}
