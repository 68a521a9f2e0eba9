import { z } from "zod";

import { mapping } from "./collections.ts";
import { oneOf, text, urlText } from "./scalars.ts";
import type { Schema } from "./scalars.ts";

/** Spans of requests, sent over OTLP. Absent: none are made. */
export interface TracingSource {
  endpoint?: string | undefined;
  serviceName?: string | undefined;
  ratio?: number | undefined;
  inject?: "off" | "missing" | undefined;
}

const error = "must be a number from 0 to 1";

export const tracingSchema: Schema<TracingSource> = mapping({
  endpoint: urlText()
    .optional()
    .describe("where OTLP over HTTP is posted, with the path; default: as the OTEL_* variables say"),
  serviceName: text("a text").optional().describe("service.name of the spans; default pagoda"),
  ratio: z
    .number({ error })
    .min(0, { error })
    .max(1, { error })
    .optional()
    .describe("share of traces that nobody upstream decided about; default 0.01"),
  inject: oneOf(["off", "missing"])
    .optional()
    .describe("missing: records without a context get one, which makes their batches anew; default off"),
});
