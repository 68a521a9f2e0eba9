import { hostname } from "node:os";

import type { TracerProvider as ApiTracerProvider } from "@opentelemetry/api";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-http";
import {
  defaultResource,
  detectResources,
  resourceAttributesEnvDetector,
  resourceFromAttributes,
  serviceInstanceIdDetector,
  serviceNameEnvDetector,
} from "@opentelemetry/resources";
import type { Resource } from "@opentelemetry/resources";
import { BatchSpanProcessor, TracerProvider } from "@opentelemetry/sdk-trace";
import { messageOf, TimeoutError } from "@pagoda/core";
import { KafkaTracer } from "@pagoda/metrics";

import type { TracingConfig } from "../config/model.ts";
import type { Logger } from "../log.ts";
import { ChosenSampler } from "./chosen-sampler.ts";
import { loggedExporter } from "./logged-exporter.ts";
import { readOtelEnv } from "./otel-env.ts";

/** Tracing that is under way. */
export interface Tracing extends AsyncDisposable {
  /** For `kafkaTracing`. */
  readonly tracer: KafkaTracer;
  /** For layers that make spans of their own. It is registered nowhere. */
  readonly tracerProvider: ApiTracerProvider;
  /** Sends what there is. Never rejects. */
  flush(options?: EndOptions): Promise<void>;
  /** Sends what there is, and ends. Never rejects: what does not work out in time is logged, and lost. */
  shutdown(options?: EndOptions): Promise<void>;
}

export interface EndOptions {
  /** Milliseconds that it may take. @default 5000 (5 s) */
  readonly timeoutMs?: number;
}

/**
 * Starts OpenTelemetry's SDK with an exporter that posts spans as OTLP in JSON over HTTP; nothing global
 * is touched. Undefined where the `OTEL_*` variables switch tracing off. Load it by `import()`, and only
 * where tracing is configured: the SDK is not small.
 *
 * `OTEL_*` variables win over the configuration, but for the endpoint, which they say where it does not.
 *
 * At most `OTEL_BSP_MAX_QUEUE_SIZE` (2,048) spans wait to be sent; further ones are dropped.
 */
export function startTracing(config: TracingConfig, log: Logger, version?: string): Tracing | undefined {
  const env = readOtelEnv(process.env);
  for (const complaint of env.complaints) log.warn({ complaint }, "tracing: a variable is passed over");
  if (env.off) {
    log.info("tracing is switched off by OTEL_* variables");
    return undefined;
  }
  const ratio = env.ratio ?? config.ratio;
  const exporter = new OTLPTraceExporter(config.endpoint === undefined ? {} : { url: config.endpoint });
  const tracerProvider = new TracerProvider({
    resource: resourceOf(config, version),
    sampler: new ChosenSampler(ratio),
    spanLimits: env.limits,
    spanProcessors: [new BatchSpanProcessor({ exporter: loggedExporter(exporter, log), ...env.batches })],
  });
  const tracer = new KafkaTracer({
    tracerProvider,
    ratio,
    records: { maxContexts: env.limits.linkCountLimit },
  });

  const end = async (what: string, work: Promise<void>, { timeoutMs = 5_000 }: EndOptions): Promise<void> => {
    const late = Promise.withResolvers<never>();
    const timer = setTimeout(() => late.reject(new TimeoutError(timeoutMs)), timeoutMs);
    try {
      await Promise.race([work, late.promise]);
    } catch (error) {
      log.warn({ reason: reasonOf(error) }, `tracing: ${what} did not work out`);
    } finally {
      clearTimeout(timer);
    }
  };
  const shutdown = (options: EndOptions = {}): Promise<void> =>
    end("the last spans: sending them", tracerProvider.shutdown(), options);

  return {
    tracer,
    tracerProvider,
    flush: (options = {}) => end("sending spans", tracerProvider.forceFlush(), options),
    shutdown,
    [Symbol.asyncDispose]: () => shutdown(),
  };
}

/** Who sends. Not the command line, which may hold what is not for a tracing backend. */
function resourceOf({ serviceName }: TracingConfig, version: string | undefined): Resource {
  return defaultResource()
    .merge(
      resourceFromAttributes({
        "service.name": serviceName,
        ...(version !== undefined && { "service.version": version }),
        "host.name": hostname(),
        "process.pid": process.pid,
        "process.runtime.name": "nodejs",
        "process.runtime.version": process.versions.node,
      }),
    )
    .merge(
      detectResources({
        detectors: [serviceInstanceIdDetector, resourceAttributesEnvDetector, serviceNameEnvDetector],
      }),
    );
}

/** `forceFlush` rejects with a list. */
function reasonOf(error: unknown): string {
  return (Array.isArray(error) ? (error as readonly unknown[]) : [error]).map(messageOf).join("; ");
}
