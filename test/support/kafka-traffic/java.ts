import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import type { ToolName } from "../../../scripts/kafka/tool-classes.ts";
import type { KafkaTools } from "../../../scripts/kafka/tools.ts";

/** Kafka's own tools: the Java producer, its three kinds of consumer, and the Java admin client. */
export async function javaTraffic(tools: KafkaTools, bootstrap: string, topic: string): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "pagoda-test-java-"));
  const file = async (name: string, text: string): Promise<string> => {
    await writeFile(join(folder, name), text);
    return join(folder, name);
  };
  const run = async (tool: ToolName, args: string, input?: string): Promise<void> => {
    const all = ["--bootstrap-server", bootstrap, ...args.split(" ")];
    await tools.run(tool, all, input === undefined ? {} : { input });
  };
  /** What this broker refuses. The refusal is a response too. */
  const refused = async (tool: ToolName, args: string): Promise<void> => run(tool, args).catch(() => {});
  try {
    await topicsAndRecords();
    await groups();
    await administration();
  } finally {
    await rm(folder, { recursive: true });
  }

  async function topicsAndRecords(): Promise<void> {
    const lines = Array.from({ length: 20 }, (_, n) => `key ${n}\tvalue ${n} ü\n`).join("");
    await run("topics", `--create --topic ${topic} --partitions 2 --config retention.ms=600000`);
    await run("topics", `--alter --topic ${topic} --partitions 3`);
    await run("topics", `--describe --topic ${topic}`);
    await run("console-producer", `--topic ${topic} --reader-property parse.key=true`, lines);
    const perf = "--num-records 50 --record-size 100 --throughput -1";
    const transactional = `${perf} --topic ${topic} --transactional-id ${topic} --transaction-duration-ms 50`;
    await tools.run("producer-perf-test", [
      ...transactional.split(" "),
      "--producer-props",
      `bootstrap.servers=${bootstrap}`,
      "compression.type=zstd",
    ]);
  }

  async function groups(): Promise<void> {
    const consume = `--topic ${topic} --max-messages 20 --timeout-ms 30000 --group ${topic}`;
    const classic = "--from-beginning --isolation-level read_committed";
    await run("console-consumer", `${consume}-classic ${classic}`);
    await run(
      "console-consumer",
      `${consume}-consumer --from-beginning --command-property group.protocol=consumer`,
    );
    await run("groups", "--list");
    await run("consumer-groups", "--list --state");
    await run("consumer-groups", `--describe --all-groups --offsets`);
    await run(
      "consumer-groups",
      `--reset-offsets --group ${topic}-classic --topic ${topic} --to-earliest --execute`,
    );
    await run("consumer-groups", `--delete-offsets --group ${topic}-classic --topic ${topic}`);
    await run("consumer-groups", `--delete --group ${topic}-classic`);
    const shareGroup = `--entity-type groups --entity-name ${topic}-share`;
    await run("configs", `--alter ${shareGroup} --add-config share.auto.offset.reset=earliest`);
    await run("console-share-consumer", `${consume}-share`);
    await run("share-groups", `--describe --group ${topic}-share`);
    await run("streams-groups", "--list");
  }

  async function administration(): Promise<void> {
    await tools.run("broker-api-versions", ["--bootstrap-server", bootstrap]);
    await run("get-offsets", `--topic ${topic}`);
    await run("configs", `--alter --topic ${topic} --add-config retention.ms=700000`);
    await run("configs", `--describe --topic ${topic} --all`);
    await run(
      "configs",
      "--alter --entity-type users --entity-name bo --add-config SCRAM-SHA-256=[password=secret]",
    );
    await run(
      "configs",
      "--alter --entity-type clients --entity-name bo --add-config producer_byte_rate=1024",
    );
    await run("configs", "--describe --entity-type users");
    await run("acls", `--add --allow-principal User:bo --operation Read --topic ${topic}`);
    await run("acls", `--remove --force --allow-principal User:bo --operation Read --topic ${topic}`);
    await tools.run("cluster", ["list-endpoints", "--bootstrap-server", bootstrap]);
    await run("features", "describe");
    await run("log-dirs", `--describe --topic-list ${topic}`);
    await run("metadata-quorum", "describe --status");
    await run("transactions", "list");
    await run("transactions", `describe --transactional-id ${topic}`);
    await run("transactions", `describe-producers --topic ${topic} --partition 0`);
    await refused("leader-election", `--election-type preferred --topic ${topic} --partition 0`);
    const partitions = [{ topic, partition: 0, replicas: [1], offset: 1 }];
    const plan = await file("plan.json", JSON.stringify({ version: 1, partitions }));
    await run("delete-records", `--offset-json-file ${plan}`);
    await run("reassign-partitions", `--reassignment-json-file ${plan} --execute`);
    await run("topics", `--delete --topic ${topic}`);
  }
}
