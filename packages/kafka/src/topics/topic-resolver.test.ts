import { Context, layer } from "@pagoda/core";
import { fakeTime, mockService } from "@pagoda/core/testing";
import { describe, expect, it, vi } from "vitest";

import { Fetch, Metadata } from "../protocol/generated/index.ts";
import type { MetadataRequest, MetadataResponseTopic } from "../protocol/generated/index.ts";
import type { AnyApi } from "../protocol/lookup.ts";
import type { Partially } from "../protocol/schema/defaults.ts";
import { KafkaRequest } from "../request.ts";
import type { KafkaAnswer } from "../request.ts";
import { KafkaResponse } from "../response.ts";
import { ClusterModel } from "../testing/cluster-model.ts";
import { TopicIds } from "./topic-ids.ts";
import { TopicResolver } from "./topic-resolver.ts";
import type { TopicResolverOptions } from "./topic-resolver.ts";

const orders = "oooooooooooooooooooooA";
const payments = "pppppppppppppppppppppA";

function build(options?: TopicResolverOptions) {
  const ids = new TopicIds();
  const inner = mockService<KafkaRequest, KafkaAnswer>();
  const cx = Context.background().fork();
  const tell = async (index: number, topics: Partially<MetadataResponseTopic>[]) => {
    const call = await inner.call(index);
    call.respond(KafkaResponse.of(call.request, Metadata.response.of({ topics })));
  };
  return { ids, inner, cx, tell, topics: new TopicResolver(ids, inner.service, options) };
}

describe("TopicResolver", () => {
  fakeTime();

  it("answers what is known without asking", async () => {
    const { ids, inner, cx, topics } = build();
    ids.learn(orders, "orders");
    expect(await topics.resolve(orders, cx)).toBe("orders");
    expect(inner.calls).toHaveLength(0);
  });

  it("asks once for whoever wants an id, with a request of its own, and remembers", async () => {
    const { ids, inner, cx, tell, topics } = build();
    const names = Promise.all([topics.resolve(orders, cx), topics.resolve(orders, cx.fork())]);
    const { request } = await inner.call(0);
    expect(request).toMatchObject({ own: true, apiKey: 3, apiVersion: 12 });
    const { topics: asked, allowAutoTopicCreation } = request.body as MetadataRequest;
    expect(asked).toMatchObject([{ topicId: orders, name: null }]);
    expect(allowAutoTopicCreation).toBe(false);
    const late = topics.resolve(orders, cx);
    await tell(0, [{ topicId: orders, name: "orders" }]);
    expect([...(await names), await late]).toEqual(["orders", "orders", "orders"]);
    expect(inner.calls).toHaveLength(1);
    expect(ids.nameOf(orders)).toBe("orders");
    expect(vi.getTimerCount()).toBe(0);
  });

  it("asks in one request for what comes together, and answers each by itself", async () => {
    const { cx, inner, tell, topics } = build();
    const found = topics.resolve(orders, cx);
    const missing = expect(topics.resolve(payments, cx)).rejects.toMatchObject({ error: "UNKNOWN_TOPIC_ID" });
    await tell(0, [
      { topicId: payments, name: null, errorCode: 100 },
      { topicId: orders, name: "orders" },
    ]);
    await missing;
    expect(await found).toBe("orders");
    expect(inner.calls).toHaveLength(1);
  });

  it("asks again for what was unknown: a topic may be new to the broker", async () => {
    const { cx, tell, topics } = build();
    const first = expect(topics.resolve(orders, cx)).rejects.toMatchObject({ errorCode: 100 });
    await tell(0, []);
    await first;
    const second = topics.resolve(orders, cx);
    await tell(1, [{ topicId: orders, name: "orders" }]);
    expect(await second).toBe("orders");
  });

  it("lets one caller go without the others", async () => {
    const { cx, tell, topics } = build();
    const leaving = cx.fork();
    const left = expect(topics.resolve(orders, leaving)).rejects.toThrow("gone");
    const staying = topics.resolve(orders, cx);
    leaving.cancel(new Error("gone"));
    await left;
    await tell(0, [{ topicId: orders, name: "orders" }]);
    expect(await staying).toBe("orders");
    leaving.release();
    expect(cx.attached).toBe(0);
  });

  it("refuses more ids than it may ask for at once", async () => {
    const { cx, tell, topics } = build({ maxPending: 1 });
    const first = topics.resolve(orders, cx);
    await expect(topics.resolve(payments, cx)).rejects.toMatchObject({ code: "OVERLOADED" });
    await tell(0, [{ topicId: orders, name: "orders" }]);
    await first;
    const next = topics.resolve(payments, cx);
    await tell(1, [{ topicId: payments, name: "payments" }]);
    expect(await next).toBe("payments");
  });

  it("fails as the broker does, and when it does not answer", async () => {
    const { cx, inner, topics } = build({ timeoutMs: 100 });
    const failed = expect(topics.resolve(orders, cx)).rejects.toThrow("closed");
    (await inner.call(0)).fail(new Error("closed"));
    await failed;
    const slow = expect(topics.resolve(orders, cx)).rejects.toMatchObject({ code: "TIMEOUT" });
    const call = await inner.call(1);
    await vi.advanceTimersByTimeAsync(100);
    await slow;
    expect(call.cx.cancelled).toBe(true);
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe("a layer that goes by names", () => {
  /** Answers with the names that each Fetch by id is for. */
  function build(cluster: ClusterModel, ids: TopicIds) {
    const seen: string[] = [];
    const named = layer<KafkaRequest, KafkaAnswer>("named", (inner) => {
      const topics = new TopicResolver(ids, inner);
      return async (request, cx) => {
        if (request.is(Fetch)) {
          for (const { topicId } of request.body.topics) seen.push(await topics.resolve(topicId, cx));
        }
        return inner.call(request, cx);
      };
    });
    const client = { clientId: "test", host: "127.0.0.1" };
    const broker = {
      call: async (request: KafkaRequest, cx: Context): Promise<KafkaAnswer> => {
        const { api, apiVersion, body } = request;
        return request.respond(await cluster.handle(1, api as AnyApi, apiVersion, body, client, cx));
      },
    };
    return { seen, outer: named(broker) };
  }

  function fetch(topicId: string): KafkaRequest {
    const topics = [{ topicId, partitions: [{ partition: 0, partitionMaxBytes: 100 }] }];
    const body = Fetch.request.of({ maxBytes: 100, topics });
    return KafkaRequest.read(KafkaRequest.of(Fetch, { version: 16, body }).toFrame(1));
  }

  it("knows the topic when a connection begins with a Fetch by id, also of one made again", async () => {
    const cluster = new ClusterModel();
    const first = cluster.createTopic("orders").id;
    const ids = new TopicIds();
    const { seen, outer } = build(cluster, ids);
    await outer.call(fetch(first), Context.background());
    cluster.deleteTopic("orders");
    const second = cluster.createTopic("orders").id;
    await outer.call(fetch(second), Context.background());
    expect(seen).toEqual(["orders", "orders"]);
    expect([ids.nameOf(first), ids.nameOf(second)]).toEqual([undefined, "orders"]);
  });
});
