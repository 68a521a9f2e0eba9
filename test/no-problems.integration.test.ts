import { Consumer, Producer, ProduceAcks, stringDeserializers, stringSerializers } from "@platformatic/kafka";
import { CompressionTypes } from "kafkajs";
import { expect, it } from "vitest";

import { eventually } from "./support/eventually.ts";
import { readWith } from "./support/kafkajs.ts";
import { kafkajsOf, messages, startTimedProxy, topic } from "./support/timed-proxy.ts";

it("finds no problem of clients that do as they should, at no time of more than a minute", async () => {
  await using closing = new AsyncDisposableStack();
  const proxy = closing.use(await startTimedProxy());
  const send = await proxy.sender("shop");
  const reading = await readWith(kafkajsOf(proxy.address, "billing"), topic, "billing");
  closing.defer(() => reading.consumer.disconnect());
  const options = { bootstrapBrokers: [proxy.address], timeout: 600_000 };
  const producer = new Producer({ ...options, clientId: "cashier", serializers: stringSerializers });
  closing.defer(() => producer.close());
  const consumer = new Consumer({
    ...options,
    clientId: "search",
    groupId: "search",
    deserializers: stringDeserializers,
  });
  const stream = await consumer.consume({ topics: [topic], mode: "earliest", maxWaitTime: 500 });
  closing.defer(() => consumer.close(true));
  let found = 0;
  stream.on("data", () => (found += 1));
  let sent = 0;
  await proxy.pass(75, async () => {
    await send({ messages: messages(20), compression: CompressionTypes.GZIP });
    await producer.send({
      messages: messages(20).map((one) => ({ topic, ...one })),
      acks: ProduceAcks.ALL,
    });
    sent += 40;
    await reading.has(sent);
    await eventually(() => expect(found).toBe(sent));
    expect(await proxy.problems()).toEqual([]);
  });
});
