import { Context } from "@pagoda/core";
import { layerContract, mockService } from "@pagoda/core/testing";
import type { Endpoint } from "@pagoda/tcp";
import { describe, expect, it } from "vitest";

import { encodeRequestFrame, encodeResponseFrame } from "../protocol/frame/encode-frame.ts";
import { KafkaApiError } from "../errors/error-answer.ts";
import { DescribeConfigs, Fetch, FindCoordinator, Metadata, Produce } from "../protocol/generated/index.ts";
import type { ApiDefinition } from "../protocol/api.ts";
import { KafkaRequest } from "../request.ts";
import type { KafkaAnswer } from "../request.ts";
import { KafkaResponse, noResponse } from "../response.ts";
import { detectLeaks } from "./detect-leaks.ts";
import type { DetectLeaksOptions, Leak } from "./detect-leaks.ts";

const cx = Context.background();
const b1: Endpoint = { host: "b1.kafka.internal", port: 9092 };
const b2: Endpoint = { host: "b2.kafka.internal", port: 9092 };
const proxy = { nodeId: 1, host: "proxy.example", port: 19_093 };

layerContract(
  "detectLeaks",
  () => detectLeaks({ cluster: { nodes: new Map(), bootstrap: [] }, onLeak: () => {} }) as never,
);

function build(options: Partial<DetectLeaksOptions> = {}) {
  const nodes = new Map([
    [1, b1],
    [2, b2],
  ]);
  const inner = mockService<KafkaRequest, KafkaAnswer>();
  const leaks: Leak[] = [];
  const every: Leak[] = [];
  const service = detectLeaks({
    cluster: { nodes, bootstrap: [{ host: "kafka.internal", port: 9092 }] },
    onLeak: (leak) => leaks.push(leak),
    onEveryLeak: (leak) => every.push(leak),
    ...options,
  })(inner.service);
  const answer = async (request: KafkaRequest, response: KafkaAnswer): Promise<KafkaAnswer> => {
    const count = inner.calls.length;
    const answered = service.call(request, cx);
    (await inner.call(count)).respond(response);
    return answered;
  };
  return { inner, nodes, leaks, every, service, answer };
}

function requestOf<Req, Res>(api: ApiDefinition<Req, Res>, version: number): KafkaRequest<Req, Res> {
  const body = api.request.of({} as never);
  return KafkaRequest.read(
    encodeRequestFrame(api, version, { correlationId: 7, clientId: null }, body),
  ) as KafkaRequest<Req, Res>;
}

/** What a broker sent, as the bytes that came. */
function sent<Req, Res>(
  api: ApiDefinition<Req, Res>,
  request: KafkaRequest<Req, Res>,
  body: Res,
): KafkaResponse {
  const frame = encodeResponseFrame(api, request.apiVersion, { correlationId: 7 }, body);
  return KafkaResponse.read(frame, request);
}

const asBroker = (nodeId: number, { host, port }: Endpoint) => ({ nodeId, host, port });

describe("detectLeaks finds", () => {
  it.each([1, 12])("a broker in Metadata v%s, which goes on as the bytes that came", async (version) => {
    const { leaks, answer } = build();
    const request = requestOf(Metadata, version);
    const body = Metadata.response.of({ brokers: [proxy, asBroker(2, b2)] });
    const response = sent(Metadata, request, body);
    expect(await answer(request, response)).toBe(response);
    const where = { nodeId: 2, endpoint: b2, where: "address" };
    expect(leaks).toEqual([{ apiKey: 3, api: "Metadata", apiVersion: version, ...where }]);
  });

  it.each([3, 4])("a coordinator in FindCoordinator v%s", async (version) => {
    const { leaks, answer } = build();
    const request = requestOf(FindCoordinator, version);
    const body = version < 4 ? asBroker(1, b1) : { coordinators: [{ key: "group", ...asBroker(1, b1) }] };
    await answer(request, sent(FindCoordinator, request, FindCoordinator.response.of(body)));
    expect(leaks).toMatchObject([{ api: "FindCoordinator", nodeId: 1, where: "address" }]);
  });

  it("the new leader at the end of a Fetch response, and nothing in its records", async () => {
    const { leaks, answer } = build();
    const request = requestOf(Fetch, 16);
    const text = Buffer.from("x b2.kafka.internal:9092 y");
    const records = Buffer.concat([Buffer.alloc(100_000), text]);
    const responses = [{ partitions: [{ records }] }];
    const nodeEndpoints = [asBroker(1, b1)];
    await answer(request, sent(Fetch, request, Fetch.response.of({ responses, nodeEndpoints })));
    expect(leaks).toMatchObject([{ api: "Fetch", nodeId: 1, where: "address" }]);
  });

  it("a setting that is an address, as text", async () => {
    const { leaks, answer } = build();
    const request = requestOf(DescribeConfigs, 4);
    const value = "PLAINTEXT://b1.kafka.internal:9092,EXTERNAL://proxy.example:19093";
    const results = [{ configs: [{ name: "advertised.listeners", value }] }];
    await answer(request, sent(DescribeConfigs, request, DescribeConfigs.response.of({ results })));
    expect(leaks).toMatchObject([{ api: "DescribeConfigs", nodeId: 1, where: "text" }]);
  });

  it("the address that the cluster is asked at first, which is no broker's", async () => {
    const { leaks, answer } = build();
    const request = requestOf(Metadata, 12);
    const brokers = [asBroker(9, { host: "kafka.internal", port: 9092 })];
    await answer(request, sent(Metadata, request, Metadata.response.of({ brokers })));
    expect(leaks).toMatchObject([{ nodeId: "bootstrap" }]);
  });

  it("an address in a response of an API that the codec does not know", async () => {
    const { leaks, answer } = build();
    const frame = Buffer.from(requestOf(Metadata, 1).toFrame());
    frame.writeInt16BE(12_345, 4);
    const request = KafkaRequest.read(frame);
    const bytes = encodeResponseFrame(
      Metadata,
      12,
      { correlationId: 7 },
      Metadata.response.of({ brokers: [asBroker(1, b1)] }),
    );
    await answer(request, KafkaResponse.read(bytes, request));
    expect(leaks).toMatchObject([{ apiKey: 12_345, api: null, nodeId: 1 }]);
  });

  it("an address in what the client will be told of a failure", async () => {
    const { leaks, inner, service } = build();
    const request = requestOf(FindCoordinator, 3);
    const answered = service.call(request, cx);
    const failure = new KafkaApiError("POLICY_VIOLATION", "no way to b2.kafka.internal:9092");
    (await inner.call(0)).fail(failure);
    await expect(answered).rejects.toBe(failure);
    expect(leaks).toMatchObject([{ api: "FindCoordinator", nodeId: 2, where: "text" }]);
  });

  it("brokers that were learnt or moved since", async () => {
    const { leaks, nodes, answer } = build();
    const request = requestOf(Metadata, 12);
    const moved = { host: "10.0.0.9", port: 9094 };
    const response = sent(Metadata, request, Metadata.response.of({ brokers: [asBroker(2, moved)] }));
    await answer(request, response);
    expect(leaks).toEqual([]);
    nodes.set(2, moved);
    await answer(request, response);
    expect(leaks).toMatchObject([{ nodeId: 2, endpoint: moved }]);
  });

  it("IPv6 addresses, in both forms", async () => {
    const { leaks, nodes, answer } = build();
    const endpoint = { host: "fd00::1", port: 9092 };
    nodes.set(3, endpoint);
    const request = requestOf(Metadata, 12);
    const body = Metadata.response.of({ brokers: [asBroker(3, endpoint)], clusterId: "[fd00::1]:9092" });
    await answer(request, sent(Metadata, request, body));
    expect(leaks.map(({ where }) => where)).toEqual(["address", "text"]);
  });
});

describe("detectLeaks looks at a body that was replaced", () => {
  it("once, and sends on the bytes that it looked at", async () => {
    const { leaks, answer } = build();
    const request = requestOf(Metadata, 12);
    const broker = sent(Metadata, request, Metadata.response.of({ brokers: [asBroker(1, b1)] }));
    const rewritten = broker.withBody(Metadata.response.of({ brokers: [proxy, asBroker(2, b2)] }));
    const answered = (await answer(request, rewritten)) as KafkaResponse;
    expect(leaks).toMatchObject([{ nodeId: 2 }]);
    expect(answered.untouched).toBe(true);
    expect(answered.toFrame(7)).toBe(answered.toFrame(7));
    expect(Buffer.from(answered.toFrame(7))).toEqual(Buffer.from(rewritten.toFrame(7)));
    expect(answered.body).toMatchObject(rewritten.body as object);
  });

  it("and leaves one that cannot be sent to whoever sends it", async () => {
    const { leaks, answer } = build();
    const request = requestOf(Metadata, 12);
    const impossible = request.respond(Metadata.response.of({ brokers: [{ ...proxy, port: 2 ** 40 }] }));
    expect(await answer(request, impossible)).toBe(impossible);
    expect(leaks).toEqual([]);
  });

  it("and finds nothing where every address was rewritten", async () => {
    const { every, answer } = build();
    const request = requestOf(Metadata, 12);
    await answer(request, request.respond(Metadata.response.of({ brokers: [proxy] })));
    expect(every).toEqual([]);
  });
});

describe("detectLeaks does not take for a leak", () => {
  it.each([
    ["a longer host that ends in one of the cluster's", { host: "b1.kafka.internal", port: 9092 }, true],
    ["another port", { host: "b1.kafka.internal", port: 9093 }, false],
    ["a port that begins with the same digits", { host: "b1.kafka.internal", port: 90_92 * 10 }, false],
  ])("%s", async (_, { host, port }, isPrefixed) => {
    const { every, answer } = build({
      cluster: { nodes: new Map([[1, b1]]), bootstrap: [] },
    });
    const request = requestOf(Metadata, 12);
    const other = isPrefixed ? `proxy-${host}` : host;
    const body = Metadata.response.of({
      brokers: [asBroker(1, { host: other, port })],
      clusterId: `see ${other}:${port}`,
    });
    await answer(request, sent(Metadata, request, body));
    expect(every).toEqual([]);
  });
});

describe("detectLeaks tells", () => {
  it("of a leak once for each API, node and form, and counts all", async () => {
    const { leaks, every, answer } = build();
    const request = requestOf(Metadata, 12);
    const brokers = [asBroker(1, b1), asBroker(2, b2)];
    const response = sent(Metadata, request, Metadata.response.of({ brokers }));
    for (let n = 0; n < 3; n++) await answer(request, response);
    expect(leaks.map(({ nodeId }) => nodeId)).toEqual([1, 2]);
    expect(every).toHaveLength(6);
  });

  it("of no more than maxReports", async () => {
    const { leaks, every, answer } = build({ maxReports: 1 });
    const request = requestOf(Metadata, 12);
    const brokers = [asBroker(1, b1), asBroker(2, b2)];
    await answer(request, sent(Metadata, request, Metadata.response.of({ brokers })));
    expect([leaks.length, every.length]).toEqual([1, 2]);
  });

  it("nothing of a request without a response", async () => {
    const { every, answer } = build();
    expect(await answer(requestOf(Produce, 9), noResponse)).toBe(noResponse);
    expect(every).toEqual([]);
  });

  it("refuses maxReports 0", () => {
    expect(() => build({ maxReports: 0 })).toThrow("maxReports must be a whole number >= 1, got 0");
  });
});
