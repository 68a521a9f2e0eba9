import { Context } from "@pagoda/core";
import { KafkaRequest, KafkaResponse } from "@pagoda/kafka";
import {
  ApiVersions,
  Heartbeat,
  Metadata,
  Produce,
  SaslAuthenticate,
  SaslHandshake,
} from "@pagoda/kafka/protocol";
import { describe, expect, it, vi } from "vitest";

import { answerEmpty, answerOf, batch, requestOf, Tier } from "../../test/kafka-tier.ts";
import { metricsPage } from "../page.ts";

describe("kafkaMetrics", () => {
  it("counts requests and answers by API, version and node, and nothing twice", async () => {
    let node = "bootstrap";
    const tier = new Tier({ nodeId: () => node });
    await tier.ask(Metadata, { version: 12 });
    node = "3";
    for (const version of [3, 4, 4]) await tier.ask(Heartbeat, { version });
    const requests = (await tier.samples()).filter(({ name }) => name === "pagoda_requests_total");
    expect(
      requests.map(({ labels, value }) => [labels["api"], labels["api_version"], labels["node_id"], value]),
    ).toEqual([
      ["Metadata", "12", "bootstrap", 1],
      ["Heartbeat", "3", "3", 1],
      ["Heartbeat", "4", "3", 2],
    ]);
    expect(await tier.value("pagoda_responses_total", { node_id: "3", classification: "success" })).toBe(3);
    expect(await tier.value("pagoda_request_size_bytes_count")).toBe(4);
    expect(await tier.value("pagoda_response_size_bytes_count")).toBe(4);
    expect(await tier.value("pagoda_overhead_seconds_count")).toBe(8);
  });

  it("hands the caller the very promise of the tier below", () => {
    const pending = Promise.withResolvers<never>();
    const tier = new Tier({ layers: () => [() => ({ call: () => pending.promise })] });
    // Outside of it is kafkaSession, which does the same.
    expect(tier.service.call(requestOf(Heartbeat), undefined as never)).toBeInstanceOf(Promise);
  });

  it("names a client's software, however often it connects", async () => {
    const tier = new Tier();
    const body = { clientSoftwareName: "librdkafka", clientSoftwareVersion: "2.6.0" };
    await tier.ask(ApiVersions, { body });
    const again = new Tier({ metrics: tier.metrics });
    await again.ask(ApiVersions, { body });
    const labels = { client: "checkout", software: "librdkafka", software_version: "2.6.0" };
    expect(await tier.value("pagoda_client_info", labels)).toBe(1);
    expect(await tier.value("pagoda_client_connections", { client: "checkout" })).toBe(2);
  });

  it("puts a client that changes its name under the new one", async () => {
    const tier = new Tier();
    await tier.ask(Heartbeat, { clientId: "a" });
    await tier.ask(Heartbeat, { clientId: "b" });
    await tier.ask(Heartbeat, { clientId: null });
    const connections = (await tier.samples()).filter(({ name }) => name === "pagoda_client_connections");
    expect(connections.map(({ labels, value }) => [labels["client"], value])).toEqual([
      ["a", 0],
      ["b", 0],
      ["__none__", 1],
    ]);
  });

  it("counts logins when the broker has decided, by mechanisms that exist", async () => {
    const codes = [0, 58];
    const tier = new Tier({
      broker: (request) =>
        request.is(SaslAuthenticate)
          ? answerOf(request, SaslAuthenticate, { errorCode: codes.pop() ?? 0 })
          : answerEmpty(request),
    });
    const authenticate = { body: { authBytes: Buffer.from("\0alice\0secret") } };
    for (const mechanism of ["MADE-UP", "PLAIN"]) {
      // oxlint-disable-next-line no-await-in-loop -- one exchange after the other
      await tier.ask(SaslHandshake, { body: { mechanism } });
      // oxlint-disable-next-line no-await-in-loop -- one exchange after the other
      await tier.ask(SaslAuthenticate, authenticate);
    }
    expect(await tier.value("pagoda_auth_total", { mechanism: "other", outcome: "failure" })).toBe(1);
    expect(await tier.value("pagoda_auth_total", { mechanism: "PLAIN", outcome: "success" })).toBe(1);
    expect(await tier.value("pagoda_auth_total")).toBe(2);
  });

  it("counts no login by an answer that is not in memory", async () => {
    const reading = vi.fn<() => never>(() => {
      throw new TypeError("not in memory");
    });
    const tier = new Tier({
      broker: (request) => {
        const api = request.is(SaslHandshake) ? SaslHandshake : SaslAuthenticate;
        const answer = answerOf(request, api as typeof SaslAuthenticate, {});
        return Object.defineProperties(answer, { whole: { value: false }, body: { get: reading } });
      },
    });
    await tier.ask(SaslHandshake, { body: { mechanism: "PLAIN" } });
    await tier.ask(SaslAuthenticate);
    expect(reading).not.toHaveBeenCalled();
    expect(await tier.value("pagoda_auth_total")).toBe(0);
  });

  it("shows an exemplar beside the bucket of a duration", async () => {
    const tier = new Tier({
      exemplar: ({ apiKey }) => (apiKey === 12 ? { trace_id: "4bf92f35" } : undefined),
    });
    await tier.ask(Heartbeat);
    await tier.ask(Metadata);
    const { body } = await metricsPage(tier.metrics.registry, "application/openmetrics-text");
    const lines = body.split("\n").filter((line) => line.includes("trace_id"));
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(
      /^pagoda_request_duration_seconds_bucket\{.*api="Heartbeat".*\} 1 # \{trace_id="4bf92f35"\} [\d.e-]+ [\d.]+$/,
    );
  });

  it("counts requests and answers that are not what they should be, by whose they are", async () => {
    const cutOff = new Tier({
      broker: (request) => {
        const frame = Buffer.from(answerOf(request, Heartbeat, {}).toFrame(request.correlationId)).subarray(
          0,
          -2,
        );
        frame.writeInt32BE(frame.length - 4, 0);
        return KafkaResponse.read(frame, request);
      },
    });
    await cutOff.ask(Heartbeat);
    expect(await cutOff.value("pagoda_codec_errors_total", { side: "broker", reason: "truncated" })).toBe(1);
    expect(await cutOff.value("pagoda_responses_total", { api: "Heartbeat" })).toBe(1);

    const tier = new Tier();
    const topicData = [{ name: "orders", partitionData: [{ index: 0, records: batch(1) }] }];
    const whole = requestOf(Produce, { version: 9, body: { acks: 1, topicData } }).toFrame();
    const longer = Buffer.concat([whole, Buffer.from("more")]);
    longer.writeInt32BE(longer.length - 4, 0);
    await tier.service.call(KafkaRequest.read(longer), Context.background());
    expect(await tier.value("pagoda_codec_errors_total", { side: "client", reason: "trailing_bytes" })).toBe(
      1,
    );
  });

  it("survives a defect of its own, and tells of it", async () => {
    const tier = new Tier({
      broker: (request) => {
        const answer = answerOf(request, Heartbeat, {});
        return Object.defineProperty(answer, "body", {
          get: () => {
            throw new TypeError("a defect");
          },
        });
      },
    });
    const warned = new Promise<Error>((resolve) => process.once("warning", resolve));
    await tier.ask(Heartbeat);
    expect(await warned).toMatchObject({ code: "PAGODA_METRICS" });
    expect(await tier.value("pagoda_responses_total")).toBe(1);
  });
});
