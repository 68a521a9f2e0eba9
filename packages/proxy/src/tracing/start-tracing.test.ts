import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

import { propagation, trace } from "@opentelemetry/api";
import { afterEach, describe, expect, it, vi } from "vitest";

import type { TracingConfig } from "../config/model.ts";
import { createLog } from "../log.ts";
import { startTracing } from "./start-tracing.ts";

interface Body {
  readonly resourceSpans: readonly {
    readonly resource: { readonly attributes: readonly { key: string; value: { stringValue?: string } }[] };
    readonly scopeSpans: readonly { readonly spans: readonly { readonly name: string }[] }[];
  }[];
}

/** Takes spans, or does not. */
async function collector(status: number | "silent") {
  const bodies: Body[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      bodies.push(JSON.parse(Buffer.concat(chunks).toString()) as Body);
      if (status !== "silent") response.writeHead(status).end("{}");
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    bodies,
    endpoint: `http://127.0.0.1:${port}/v1/traces`,
    [Symbol.dispose]: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

function logged() {
  const lines: { msg: string; reason?: string; complaint?: string }[] = [];
  const destination = {
    write: (line: string) => void lines.push(JSON.parse(line) as (typeof lines)[number]),
  };
  return { lines, log: createLog({ destination }) };
}

const config = (endpoint: string | undefined): TracingConfig => ({
  endpoint,
  serviceName: "edge",
  ratio: 0.01,
  inject: "off",
});

describe("startTracing", () => {
  afterEach(() => {
    vi.unstubAllEnvs();
  });

  it("posts spans with who sent them, and touches nothing global", async () => {
    using taken = await collector(200);
    vi.stubEnv("OTEL_RESOURCE_ATTRIBUTES", "deployment.environment.name=test");
    const { lines, log } = logged();
    const tracing = startTracing(config(taken.endpoint), log, "1.2.3");
    const attributes = { "pagoda.sampling.reason": "error" };
    tracing?.tracerProvider.getTracer("test").startSpan("kept", { attributes }).end();
    await tracing?.shutdown();

    const [{ resource, scopeSpans } = { resource: { attributes: [] }, scopeSpans: [] }] =
      taken.bodies[0]?.resourceSpans ?? [];
    expect(scopeSpans[0]?.spans.map(({ name }) => name)).toEqual(["kept"]);
    const said = Object.fromEntries(resource.attributes.map(({ key, value }) => [key, value.stringValue]));
    expect(said).toMatchObject({
      "service.name": "edge",
      "service.version": "1.2.3",
      "deployment.environment.name": "test",
      "telemetry.sdk.language": "nodejs",
    });
    expect(said["service.instance.id"]).toMatch(/^[\da-f-]{36}$/);
    expect(Object.keys(said).filter((key) => key.startsWith("process.command"))).toEqual([]);
    expect(lines).toEqual([]);

    expect(trace.getTracer("any").startSpan("any").isRecording()).toBe(false);
    expect(propagation.fields()).toEqual([]);
  });

  it("keeps what the tier has chosen, and of the rest what the variables say", async () => {
    using taken = await collector(200);
    vi.stubEnv("OTEL_SERVICE_NAME", "by-variable");
    vi.stubEnv("OTEL_TRACES_SAMPLER", "traceidratio");
    vi.stubEnv("OTEL_TRACES_SAMPLER_ARG", "0");
    const tracing = startTracing(config(taken.endpoint), logged().log);
    const tracer = tracing?.tracerProvider.getTracer("test");
    tracer?.startSpan("by chance").end();
    tracer?.startSpan("chosen", { attributes: { "pagoda.sampling.reason": "slow" } }).end();
    await tracing?.flush();
    expect(JSON.stringify(taken.bodies)).toContain("by-variable");
    const names = taken.bodies.flatMap(({ resourceSpans }) =>
      resourceSpans.flatMap(({ scopeSpans }) =>
        scopeSpans.flatMap(({ spans }) => spans.map(({ name }) => name)),
      ),
    );
    expect(names).toEqual(["chosen"]);
    await tracing?.shutdown();
  });

  it("is nothing where it is switched off", () => {
    vi.stubEnv("OTEL_SDK_DISABLED", "true");
    expect(startTracing(config("http://127.0.0.1:9/v1/traces"), logged().log)).toBeUndefined();
  });

  it("writes a line when spans cannot be sent, and not one for each", async () => {
    using refusing = await collector(400);
    const { lines, log } = logged();
    const tracing = startTracing(config(refusing.endpoint), log);
    const tracer = tracing?.tracerProvider.getTracer("test");
    for (let n = 0; n < 3; n++) {
      tracer?.startSpan("lost", { attributes: { "pagoda.sampling.reason": "error" } }).end();
      // oxlint-disable-next-line no-await-in-loop -- one batch after the other
      await tracing?.flush();
    }
    expect(refusing.bodies).toHaveLength(3);
    expect(lines.filter(({ msg }) => msg === "spans could not be sent")).toHaveLength(1);
    await tracing?.shutdown();
  });

  it("ends in time when nobody answers", async () => {
    using silent = await collector("silent");
    const { lines, log } = logged();
    const tracing = startTracing(config(silent.endpoint), log);
    const attributes = { "pagoda.sampling.reason": "error" };
    tracing?.tracerProvider.getTracer("test").startSpan("lost", { attributes }).end();
    await tracing?.shutdown({ timeoutMs: 50 });
    expect(lines.at(-1)).toMatchObject({ reason: expect.stringContaining("50 ms") });
  });

  it("says which variables it passes over", async () => {
    vi.stubEnv("OTEL_BSP_SCHEDULE_DELAY", "soon");
    const { lines, log } = logged();
    const tracing = startTracing(config("http://127.0.0.1:9/v1/traces"), log);
    expect(lines[0]?.complaint).toContain("OTEL_BSP_SCHEDULE_DELAY");
    await tracing?.shutdown();
  });
});
