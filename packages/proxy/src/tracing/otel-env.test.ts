import { describe, expect, it } from "vitest";

import { readOtelEnv } from "./otel-env.ts";

describe("readOtelEnv", () => {
  it("has the defaults of the specification, and a bound for the length of values", () => {
    expect(readOtelEnv({})).toEqual({
      off: false,
      ratio: undefined,
      batches: {
        maxQueueSize: 2_048,
        maxExportBatchSize: 512,
        scheduledDelayMillis: 5_000,
        exportTimeoutMillis: 30_000,
      },
      limits: {
        attributeCountLimit: 128,
        attributeValueLengthLimit: 1_024,
        eventCountLimit: 128,
        linkCountLimit: 128,
      },
      complaints: [],
    });
  });

  it.each([
    [{ OTEL_SDK_DISABLED: "True" }, true],
    [{ OTEL_SDK_DISABLED: "false" }, false],
    [{ OTEL_TRACES_EXPORTER: "none" }, true],
    [{ OTEL_TRACES_SAMPLER: "always_off" }, true],
    [{ OTEL_TRACES_SAMPLER: "parentbased_always_off" }, true],
    [{ OTEL_TRACES_SAMPLER: "parentbased_traceidratio", OTEL_TRACES_SAMPLER_ARG: "0" }, false],
  ])("by %o off is %s", (env, off) => {
    expect(readOtelEnv(env).off).toBe(off);
  });

  it.each([
    ["always_on", undefined, 1],
    ["parentbased_always_on", "0.5", 1],
    ["traceidratio", "0.25", 0.25],
    ["parentbased_traceidratio", undefined, 1],
    ["", undefined, undefined],
  ])("by the sampler %s with %s the ratio is %s", (sampler, argument, ratio) => {
    const env = { OTEL_TRACES_SAMPLER: sampler, OTEL_TRACES_SAMPLER_ARG: argument };
    expect(readOtelEnv(env)).toMatchObject({ ratio, complaints: [] });
  });

  it("bounds batches by the queue, and reads limits of spans before those of everything", () => {
    const env = {
      OTEL_BSP_MAX_QUEUE_SIZE: "100",
      OTEL_ATTRIBUTE_COUNT_LIMIT: "7",
      OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT: "9",
      OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT: "50",
    };
    const { batches, limits } = readOtelEnv(env);
    expect(batches).toMatchObject({ maxQueueSize: 100, maxExportBatchSize: 100 });
    expect(limits).toMatchObject({ attributeCountLimit: 9, attributeValueLengthLimit: 50 });
  });

  it("passes over what makes no sense or is not supported, and says so without the value", () => {
    const { complaints, ratio, batches } = readOtelEnv({
      OTEL_TRACES_SAMPLER: "traceidratio",
      OTEL_TRACES_SAMPLER_ARG: "secret",
      OTEL_BSP_SCHEDULE_DELAY: "secret",
      OTEL_EXPORTER_OTLP_PROTOCOL: "grpc",
      OTEL_TRACES_EXPORTER: "zipkin",
    });
    expect({ ratio, delay: batches.scheduledDelayMillis }).toEqual({ ratio: undefined, delay: 5_000 });
    expect(complaints).toHaveLength(4);
    expect(complaints.join()).not.toContain("secret");
    expect(readOtelEnv({ OTEL_TRACES_SAMPLER: "jaeger_remote" }).complaints).toHaveLength(1);
  });
});
