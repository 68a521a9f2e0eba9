import type { KafkaTools } from "../../scripts/kafka/tools.ts";

export const topic = "perf";
export const recordBytes = 1_024;

/** Kafka's own producer as fast as it can: MB/s, as it says itself. */
export async function produce(tools: KafkaTools, bootstrap: string, records: number): Promise<number> {
  const printed = await tools.run(
    "producer-perf-test",
    [
      ...["--topic", topic, "--num-records", String(records), "--record-size", String(recordBytes)],
      ...["--throughput", "-1", "--command-property", `bootstrap.servers=${bootstrap}`],
      ...["acks=1", "batch.size=65536", "linger.ms=5"],
    ],
    { timeoutMs: 120_000 },
  );
  const last = printed.trimEnd().split("\n").at(-1) ?? "";
  return Number(/\(([\d.]+) MB\/sec\)/.exec(last)?.[1]);
}

/** Kafka's own consumer as fast as it can: MB/s while it fetches, as it says itself. */
export async function consume(tools: KafkaTools, bootstrap: string, records: number): Promise<number> {
  const printed = await tools.run(
    "consumer-perf-test",
    [
      ...["--topic", topic, "--num-records", String(records), "--bootstrap-server", bootstrap],
      ...["--group", `perf-${process.hrtime.bigint()}`, "--timeout", "60000"],
    ],
    { timeoutMs: 120_000 },
  );
  const [head = "", values = ""] = printed.trimEnd().split("\n").slice(-2);
  const column = head.split(", ").indexOf("fetch.MB.sec");
  return Number(values.split(", ")[column]);
}
