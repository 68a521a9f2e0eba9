import { randomUUID } from "node:crypto";
import { inject } from "vitest";

import type { KafkaBroker, KafkaCluster } from "../../scripts/kafka/cluster.ts";
import { install } from "../../scripts/kafka/installation.ts";
import { openKafkaTools } from "../../scripts/kafka/tools.ts";

/** The one real broker that every test file may use, and none may stop. */
export interface SharedKafka extends Pick<KafkaCluster, "clusterId" | "bootstrap" | "tools"> {
  /**
   * The listener a proxy forwards to. Its clients are sent to `advertised`, a free port: a test
   * file has its proxy listen there. Test files run one after the other, so it is theirs alone.
   */
  readonly proxied: KafkaBroker["proxied"];
}

/** What the process that runs the tests tells its workers of the shared broker. */
export type SharedKafkaFacts = Omit<SharedKafka, "tools">;

declare module "vitest" {
  interface ProvidedContext {
    /** Where to ask for the shared broker, which starts when the first test file asks. */
    sharedKafka: string;
  }
}

/**
 * A real single-broker Kafka, ready to produce and consume. Started on first use and shared by all
 * test files: use names of your own for topics and groups (`uniqueName`). A suite that stops
 * brokers or needs several starts its own with `startKafka`.
 */
export async function realKafka(): Promise<SharedKafka> {
  const response = await fetch(inject("sharedKafka"));
  if (!response.ok) throw new Error(`no real Kafka: ${await response.text()}`);
  const facts = (await response.json()) as SharedKafkaFacts;
  return { ...facts, tools: openKafkaTools(await install(() => {})) };
}

/** A name that no other test uses. */
export function uniqueName(prefix: string): string {
  return `${prefix}-${randomUUID()}`;
}
