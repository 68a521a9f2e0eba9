/** What the standard `OTEL_*` variables say of tracing; the exporter reads its own (`OTEL_EXPORTER_OTLP_*`). */
export interface OtelEnv {
  /** `OTEL_SDK_DISABLED`, no exporter in `OTEL_TRACES_EXPORTER`, or a sampler that takes nothing. */
  readonly off: boolean;
  /** By `OTEL_TRACES_SAMPLER` and its argument; undefined where they say nothing. */
  readonly ratio: number | undefined;
  /** `OTEL_BSP_*`. */
  readonly batches: {
    readonly maxQueueSize: number;
    readonly maxExportBatchSize: number;
    readonly scheduledDelayMillis: number;
    readonly exportTimeoutMillis: number;
  };
  /** `OTEL_SPAN_*` and `OTEL_ATTRIBUTE_*`. */
  readonly limits: {
    readonly attributeCountLimit: number;
    readonly attributeValueLengthLimit: number;
    readonly eventCountLimit: number;
    readonly linkCountLimit: number;
  };
  /** What is not understood, or not supported, in sentences without secrets. */
  readonly complaints: readonly string[];
}

type Env = Readonly<Record<string, string | undefined>>;

/** Reads them. As the specification has it, a value that makes no sense counts as none, and is told of. */
export function readOtelEnv(env: Env): OtelEnv {
  const complaints: string[] = [];
  const text = (name: string): string | undefined => {
    const value = env[name]?.trim();
    return value === "" ? undefined : value;
  };
  const number = (names: readonly string[], fallback: number, least: number): number => {
    for (const name of names) {
      const value = text(name);
      if (value === undefined) continue;
      const parsed = Number(value);
      if (Number.isSafeInteger(parsed) && parsed >= least) return parsed;
      complaints.push(`${name} must be a whole number from ${least} on`);
    }
    return fallback;
  };
  const protocol = text("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL") ?? text("OTEL_EXPORTER_OTLP_PROTOCOL");
  if (protocol !== undefined && protocol !== "http/json") {
    complaints.push("OTEL_EXPORTER_OTLP_PROTOCOL: traces are sent as http/json alone");
  }
  const exporter = text("OTEL_TRACES_EXPORTER") ?? "otlp";
  if (exporter !== "otlp" && exporter !== "none") {
    complaints.push("OTEL_TRACES_EXPORTER: there is otlp alone, and none");
  }
  const { ratio, off } = samplerOf(text("OTEL_TRACES_SAMPLER"), text("OTEL_TRACES_SAMPLER_ARG"), complaints);
  const maxQueueSize = number(["OTEL_BSP_MAX_QUEUE_SIZE"], 2_048, 1);
  return {
    off: off || exporter === "none" || text("OTEL_SDK_DISABLED")?.toLowerCase() === "true",
    ratio,
    batches: {
      maxQueueSize,
      maxExportBatchSize: Math.min(maxQueueSize, number(["OTEL_BSP_MAX_EXPORT_BATCH_SIZE"], 512, 1)),
      scheduledDelayMillis: number(["OTEL_BSP_SCHEDULE_DELAY"], 5_000, 1),
      exportTimeoutMillis: number(["OTEL_BSP_EXPORT_TIMEOUT"], 30_000, 1),
    },
    limits: {
      attributeCountLimit: number(["OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT", "OTEL_ATTRIBUTE_COUNT_LIMIT"], 128, 0),
      // Not endless, as the specification would have it: client ids are whatever clients say.
      attributeValueLengthLimit: number(
        ["OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT", "OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT"],
        1_024,
        0,
      ),
      eventCountLimit: number(["OTEL_SPAN_EVENT_COUNT_LIMIT"], 128, 0),
      linkCountLimit: number(["OTEL_SPAN_LINK_COUNT_LIMIT"], 128, 0),
    },
    complaints,
  };
}

/** A request has a parent only if a layer says so, and goes by that: `parentbased_` makes no difference. */
function samplerOf(
  name: string | undefined,
  argument: string | undefined,
  complaints: string[],
): { readonly ratio: number | undefined; readonly off: boolean } {
  switch (name?.replace(/^parentbased_/, "")) {
    case undefined:
      return { ratio: undefined, off: false };
    case "always_on":
      return { ratio: 1, off: false };
    case "always_off":
      return { ratio: 0, off: true };
    case "traceidratio": {
      const ratio = Number(argument ?? "1");
      if (ratio >= 0 && ratio <= 1) return { ratio, off: false };
      complaints.push("OTEL_TRACES_SAMPLER_ARG must be a number from 0 to 1");
      return { ratio: undefined, off: false };
    }
    default:
      complaints.push(
        "OTEL_TRACES_SAMPLER: there are always_on, always_off and traceidratio, parentbased_ too",
      );
      return { ratio: undefined, off: false };
  }
}
