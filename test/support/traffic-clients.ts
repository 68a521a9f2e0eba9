import { once } from "node:events";

import type { KafkaTools, ToolProcess } from "../../scripts/kafka/tools.ts";
import { formatAddress } from "../../scripts/kafka/ports.ts";
import { kafkajs } from "./kafkajs.ts";
import { kcat } from "./kcat.ts";
import type { SharedKafka } from "./kafka.ts";
import { startPagoda } from "./pagoda.ts";
import type { PagodaProcess } from "./pagoda.ts";

/** A proxy where clients of the shared broker's proxied listener are sent to. */
export function proxyOf({ proxied }: SharedKafka, ...more: readonly string[]): Promise<PagodaProcess> {
  const listen = formatAddress(proxied.advertised);
  return startPagoda(["--listen", listen, "--upstream", formatAddress(proxied), ...more]);
}

/** With three partitions each. Not through any proxy. */
export async function createTopics({ bootstrap }: SharedKafka, ...topics: readonly string[]): Promise<void> {
  const admin = kafkajs(bootstrap).admin();
  await admin.connect();
  await admin.createTopics({ topics: topics.map((topic) => ({ topic, numPartitions: 3 })) });
  await admin.disconnect();
}

/** So many records, a line each, with keys. */
export function lines(count: number): string {
  return Array.from({ length: count }, (_, n) => `key ${n}:value ${n}\n`).join("");
}

/** Where a client connects, and what it calls itself. */
export interface ClientAt {
  readonly bootstrap: string;
  readonly clientId: string;
}

/** librdkafka produces. @param more further arguments of kcat */
export async function kcatProduce(
  { bootstrap, clientId }: ClientAt,
  topic: string,
  input: string,
  ...more: readonly string[]
): Promise<void> {
  await kcat(["-b", bootstrap, "-P", "-t", topic, "-K:", "-X", `client.id=${clientId}`, ...more], input);
}

/** Arguments of kcat for a member of a group that reads from the beginning. */
export function kcatMember({ bootstrap, clientId }: ClientAt, group: string, topic: string): string[] {
  const settings = [`client.id=${clientId}`, "auto.offset.reset=earliest", "heartbeat.interval.ms=100"];
  const more = ["-q", "-u", ...settings.flatMap((setting) => ["-X", setting])];
  return ["-b", bootstrap, ...more, "-G", group, topic];
}

/** The Java client produces. */
export async function javaProduce(
  tools: KafkaTools,
  { bootstrap, clientId }: ClientAt,
  topic: string,
  input: string,
): Promise<void> {
  const args = ["--bootstrap-server", bootstrap, "--topic", topic, "--command-property"];
  const keys = ["--reader-property", "parse.key=true", "--reader-property", "key.separator=:"];
  await tools.run("console-producer", [...args, `client.id=${clientId}`, ...keys], { input });
}

export type GroupProtocol = "classic" | "consumer";

function consumerArgs(
  { bootstrap, clientId }: ClientAt,
  group: string,
  topic: string,
  protocol: GroupProtocol,
): string[] {
  const properties = [`client.id=${clientId}`, `group.protocol=${protocol}`];
  return [
    ...["--bootstrap-server", bootstrap, "--topic", topic, "--group", group, "--from-beginning"],
    ...properties.flatMap((property) => ["--command-property", property]),
  ];
}

/** The Java client reads so many records as a member of a group, commits them and leaves. */
export async function javaConsume(
  tools: KafkaTools,
  client: ClientAt,
  group: { readonly name: string; readonly protocol: GroupProtocol },
  topic: string,
  count: number,
): Promise<void> {
  const args = consumerArgs(client, group.name, topic, group.protocol);
  await tools.run("console-consumer", [...args, "--max-messages", String(count), "--timeout-ms", "30000"]);
}

/** A member of a group that stays until it is told to leave. */
export interface JavaMember {
  leave(): Promise<void>;
}

/** The Java client joins a group. */
export function javaMember(
  tools: KafkaTools,
  client: ClientAt,
  group: { readonly name: string; readonly protocol: GroupProtocol },
  topic: string,
): JavaMember {
  const child: ToolProcess = tools.spawn(
    "console-consumer",
    consumerArgs(client, group.name, topic, group.protocol),
  );
  // It must not wait for anybody to read what it prints.
  child.stdout.resume();
  child.stderr.resume();
  const ended = once(child, "close");
  return {
    leave: async () => {
      child.kill("SIGTERM");
      await ended;
    },
  };
}
