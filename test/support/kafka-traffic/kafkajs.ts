import kafkajs from "kafkajs";

const { Kafka, logLevel } = kafkajs;
const { AclOperationTypes, AclPermissionTypes, AclResourceTypes, ResourcePatternTypes } = kafkajs;
const { CompressionTypes, ConfigResourceTypes } = kafkajs;

/** kafkajs: every call of its admin client, producers of all kinds, and a consumer group. */
export async function kafkajsTraffic(bootstrap: string, topic: string): Promise<void> {
  const kafka = new Kafka({ brokers: [bootstrap], clientId: "kafkajs-zähler", logLevel: logLevel.NOTHING });
  const admin = kafka.admin();
  await admin.connect();
  await admin.createTopics({
    topics: [{ topic, numPartitions: 2, configEntries: [{ name: "retention.ms", value: "600000" }] }],
  });
  await admin.createPartitions({ topicPartitions: [{ topic, count: 3 }] });

  const messages = Array.from({ length: 20 }, (_, n) => ({
    key: n % 3 === 0 ? null : `key ${n}`,
    value: n % 7 === 0 ? null : `value ${n}`,
    headers: { trace: [`${n}`, "é"] },
  }));
  const producer = kafka.producer();
  await producer.connect();
  await producer.send({ topic, messages, acks: 0 });
  await producer.send({ topic, messages, acks: -1 });
  await producer.send({ topic, messages, compression: CompressionTypes.GZIP });
  await producer.disconnect();

  const groupId = `${topic}-kafkajs`;
  const consumer = kafka.consumer({ groupId, heartbeatInterval: 100 });
  await consumer.connect();
  await consumer.subscribe({ topics: [topic], fromBeginning: true });
  let received = 0;
  const all = Promise.withResolvers<void>();
  await consumer.run({
    eachBatch: async (payload) => {
      const { messages: batch } = payload.batch;
      for (const { offset } of batch) payload.resolveOffset(offset);
      await payload.commitOffsetsIfNecessary();
      await payload.heartbeat();
      received += batch.length;
      if (received >= 2 * messages.length) all.resolve();
    },
  });
  await all.promise;
  await admin.describeGroups([groupId]);
  await consumer.disconnect();

  const transactional = kafka.producer({
    transactionalId: `${topic}-kafkajs`,
    idempotent: true,
    maxInFlightRequests: 1,
  });
  await transactional.connect();
  const committed = await transactional.transaction();
  await committed.send({ topic, messages });
  await committed.sendOffsets({
    consumerGroupId: groupId,
    topics: [{ topic, partitions: [{ partition: 0, offset: "1" }] }],
  });
  await committed.commit();
  const aborted = await transactional.transaction();
  await aborted.send({ topic, messages });
  await aborted.abort();
  await transactional.disconnect();

  await admin.listTopics();
  await admin.describeCluster();
  await admin.fetchTopicMetadata({ topics: [topic] });
  await admin.fetchTopicOffsets(topic);
  await admin.fetchTopicOffsetsByTimestamp(topic, 0);
  await admin.fetchOffsets({ groupId, topics: [topic] });
  await admin.resetOffsets({ groupId, topic, earliest: true });
  await admin.listGroups();
  const resource = { type: ConfigResourceTypes.TOPIC, name: topic };
  await admin.describeConfigs({ resources: [resource], includeSynonyms: true });
  await admin.alterConfigs({
    validateOnly: false,
    resources: [{ ...resource, configEntries: [{ name: "retention.ms", value: "700000" }] }],
  });
  await admin.deleteTopicRecords({ topic, partitions: [{ partition: 0, offset: "1" }] });
  await admin.alterPartitionReassignments({
    topics: [{ topic, partitionAssignment: [{ partition: 0, replicas: [1] }] }],
  });
  await admin.listPartitionReassignments({});
  const acl = {
    resourceType: AclResourceTypes.TOPIC,
    resourceName: topic,
    resourcePatternType: ResourcePatternTypes.LITERAL,
    principal: "User:kafkajs",
    host: "*",
    operation: AclOperationTypes.READ,
    permissionType: AclPermissionTypes.ALLOW,
  };
  await admin.createAcls({ acl: [acl] });
  await admin.describeAcls(acl);
  await admin.deleteAcls({ filters: [acl] });
  await admin.deleteGroups([groupId]);
  await admin.deleteTopics({ topics: [topic] });
  await admin.disconnect();
}
