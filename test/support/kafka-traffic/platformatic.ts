import {
  Admin,
  Consumer,
  ProduceAcks,
  Producer,
  stringDeserializers,
  stringSerializers,
} from "@platformatic/kafka";

/** \@platformatic/kafka: its admin client, producers of all kinds, both group protocols. */
export async function platformaticTraffic(bootstrap: string, topic: string): Promise<void> {
  const base = { clientId: "platformatic", bootstrapBrokers: [bootstrap] };
  const admin = new Admin(base);
  await admin.createTopics({ topics: [topic], partitions: 2, replicas: 1 });
  await admin.createPartitions({ topics: [{ name: topic, count: 3 }] });

  const messages = Array.from({ length: 20 }, (_, n) => ({
    topic,
    key: `key ${n}`,
    value: `value ${n} ß`,
    headers: { trace: `${n}` },
  }));
  const producer = new Producer({ ...base, serializers: stringSerializers });
  await producer.send({ messages, acks: ProduceAcks.NO_RESPONSE });
  for (const compression of ["none", "gzip", "snappy", "lz4", "zstd"] as const) {
    await producer.send({ messages, acks: ProduceAcks.ALL, compression });
  }
  await producer.close();

  await consume("classic");
  await consume("consumer");

  const transactional = new Producer({
    ...base,
    idempotent: true,
    transactionalId: `${topic}-platformatic`,
    serializers: stringSerializers,
  });
  const committed = await transactional.beginTransaction();
  await committed.send({ messages });
  await committed.commit();
  const aborted = await transactional.beginTransaction();
  await aborted.send({ messages });
  await aborted.abort();
  await transactional.close();

  await admin.listTopics();
  await admin.listGroups();
  await admin.describeGroups({ groups: [`${topic}-classic`] });
  await admin.findCoordinator({ keyType: 0, keys: [`${topic}-classic`] } as never);
  await admin.listConsumerGroupOffsets({ groups: [`${topic}-classic`] });
  await admin.describeLogDirs({ topics: [{ name: topic, partitions: [0] }] });
  await admin.describeClientQuotas({ components: [{ entityType: "client-id", matchType: 2 }] } as never);
  await admin.deleteGroups({ groups: [`${topic}-classic`] });
  await admin.deleteTopics({ topics: [topic] });
  await admin.close();

  async function consume(groupProtocol: "classic" | "consumer"): Promise<void> {
    const options =
      groupProtocol === "classic" ? { groupProtocol, heartbeatInterval: 100 } : { groupProtocol };
    const consumer = new Consumer({
      ...base,
      ...options,
      groupId: `${topic}-${groupProtocol}`,
      deserializers: stringDeserializers,
    });
    const stream = await consumer.consume({ topics: [topic], mode: "earliest", maxWaitTime: 200 });
    let received = 0;
    for await (const message of stream) {
      await message.commit();
      if (++received === messages.length) break;
    }
    await consumer.close(true);
  }
}
