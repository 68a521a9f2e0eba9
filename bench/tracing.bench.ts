import { Context, optional, stack } from "@pagoda/core";
import type { SameLayer, Service } from "@pagoda/core";
import { KafkaRequest, KafkaResponse } from "@pagoda/kafka";
import type { KafkaAnswer } from "@pagoda/kafka";
import { encodeBatch, encodeRequestFrame, encodeResponseFrame, Produce } from "@pagoda/kafka/protocol";
import { injectTraceContext, KafkaTracer, kafkaTracing, upstreamTracing } from "@pagoda/metrics";
import type { KafkaTracerOptions } from "@pagoda/metrics";

import { quietProvider } from "../packages/proxy/test/tracing/quiet-provider.ts";
import type { Bench, BenchReport } from "./lib/bench.ts";
import { interleave } from "./lib/interleave.ts";
import type { Variant } from "./lib/interleave.ts";

type Layer = SameLayer<KafkaRequest, KafkaAnswer>;

const calls = 10_000;
const rounds = 21;
const warmups = 3;
const cx = Context.background().fork();
const traceParent = Buffer.from("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01");

const header = { correlationId: 1, clientId: "bench" };
const records = (count: number, compression: "none" | "zstd", headers: boolean) =>
  encodeBatch(
    {
      records: Array.from({ length: count }, (_, n) => ({
        value: Buffer.alloc(100, n),
        headers: headers ? [{ key: "traceparent", value: traceParent }] : [],
      })),
    },
    { compression },
  );
const produce = (batch: Uint8Array) =>
  encodeRequestFrame(
    Produce,
    9,
    header,
    Produce.request.of({
      acks: -1,
      topicData: [{ name: "orders", partitionData: [{ index: 0, records: batch }] }],
    }),
  );
const answer = encodeResponseFrame(
  Produce,
  9,
  header,
  Produce.response.of({ responses: [{ name: "orders", partitionResponses: [{ index: 0 }] }] }),
);

const connection = {
  listener: "main",
  local: { host: "127.0.0.1", port: 9_092 },
  remote: { host: "127.0.0.1", port: 50_000 },
};

function tracing(options: Partial<KafkaTracerOptions>): { outer: Layer; inner: Layer } {
  const tracer = new KafkaTracer({ tracerProvider: quietProvider(), ...options });
  return { outer: kafkaTracing({ tracer, connection }), inner: upstreamTracing() };
}

function sequential(
  name: string,
  frame: Uint8Array,
  tiers: { outer?: Layer; middle?: Layer; inner?: Layer },
): Variant {
  const service: Service<KafkaRequest, KafkaAnswer> = stack<KafkaRequest, KafkaAnswer>()
    .push(optional(tiers.outer, (layer) => layer))
    .push(optional(tiers.middle, (layer) => layer))
    .push(optional(tiers.inner, (layer) => layer))
    .service((request) => {
      request.toFrame();
      return Promise.resolve(KafkaResponse.read(answer, request));
    });
  const measure = async (): Promise<number> => {
    const startedMs = performance.now();
    for (let n = 0; n < calls; n++) await service.call(KafkaRequest.read(frame), cx);
    return ((performance.now() - startedMs) * 1e6) / calls;
  };
  return { name, measure };
}

/** The sampler of a provider, asked of every request. */
function askingTheSampler(frame: Uint8Array): Variant {
  const tracer = quietProvider().getTracer("bench");
  const asking: Layer = (inner) => ({
    call: (request, given) => {
      tracer.startSpan("proxy Produce").end();
      return inner.call(request, given);
    },
  });
  return sequential("no tier, a span of the SDK that is not sampled", frame, { outer: asking });
}

/** What tracing costs a request, by what becomes of it. */
export const bench: Bench = {
  about: "nanoseconds per Produce request: no tracing, not sampled, sampled, with a context injected",
  run: async (): Promise<BenchReport> => {
    const unit = "ns per request";
    const one = produce(records(1, "none", true));
    const many = produce(records(100, "zstd", true));
    const plain = produce(records(100, "none", false));
    const compressed = produce(records(100, "zstd", false));
    const sampling = await interleave(
      [
        sequential("no tier", one, {}),
        sequential("not sampled, nothing kept", one, tracing({ ratio: 0, maxKeptPerSecond: 0 })),
        sequential(
          "not sampled (the default: errors and slow ones kept)",
          one,
          tracing({ ratio: 0, maxKeptPerSecond: 1 }),
        ),
        askingTheSampler(one),
        sequential("sampled, 1 record", one, tracing({ ratio: 1 })),
        sequential("sampled, 100 records in zstd, one context", many, tracing({ ratio: 1 })),
      ],
      {
        title: "A Produce request and its answer through the tracing tiers",
        unit,
        baseline: ["no tier"],
        rounds,
        warmups,
      },
    );
    const injection = await interleave(
      [
        sequential("100 records, no tier", plain, {}),
        sequential("100 records, injected", plain, { middle: injectTraceContext() }),
        sequential("100 records in zstd, no tier", compressed, {}),
        sequential("100 records in zstd, injected", compressed, { middle: injectTraceContext() }),
        sequential("100 records in zstd that have one", many, { middle: injectTraceContext() }),
      ],
      {
        title: "A context for 100 records of 100 bytes",
        unit,
        baseline: ["100 records, no tier"],
        rounds: 9,
        warmups,
      },
    );
    return { tables: [sampling, injection], notes: [`${calls} requests a round, one after the other`] };
  },
};
