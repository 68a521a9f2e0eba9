import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

import { toolPath } from "../../scripts/tools.ts";
import type { CapturedConnection, Segment } from "./capture.ts";
import { pcapOf, serverPort } from "./pcap.ts";

/** One Kafka frame as Wireshark's dissector reads it. */
export interface DissectedFrame {
  /** Which of the connections. */
  readonly connection: number;
  readonly from: Segment["from"];
  /** Bytes without the size. */
  readonly length: number;
  readonly correlationId: number;
  /** Null where a response's request was beyond the dissector, so that it cannot know. */
  readonly api: { readonly key: number; readonly version: number } | null;
  /** Every `kafka.topic_name`, as they stand in the frame; null is a null name. */
  readonly topicNames: readonly (string | null)[];
  /** Its own version of Kafka has this API and version. */
  readonly isKnown: boolean;
  /** It read the frame to its end, neither past it nor less. */
  readonly isWhole: boolean;
}

type Tree = Readonly<Record<string, unknown>>;

interface Packet {
  readonly _source: { readonly layers: Tree };
}

const maxOutputBytes = 512 * 1024 * 1024;

/**
 * All Kafka frames of the connections in the order in which they are complete, by tshark: it puts
 * the TCP streams together, and cuts them into frames, by itself.
 */
export async function dissect(connections: readonly CapturedConnection[]): Promise<DissectedFrame[]> {
  const packets = await run(pcapOf(connections), ["-J", "tcp kafka", "-T", "json", "--no-duplicate-keys"]);
  return packets.flatMap(({ _source: { layers } }) => {
    const tcp = layers["tcp"] as Tree;
    const from = Number(tcp["tcp.srcport"]) === serverPort ? "server" : "client";
    return listOf(layers["kafka"]).map((kafka) => dissected(Number(tcp["tcp.stream"]), from, kafka as Tree));
  });
}

async function run(pcap: Uint8Array, args: readonly string[]): Promise<Packet[]> {
  const folder = await mkdtemp(join(tmpdir(), "pagoda-test-tshark-"));
  try {
    const file = join(folder, "capture.pcap");
    await writeFile(file, pcap);
    const all = ["-r", file, "-d", `tcp.port==${serverPort},kafka`, ...args];
    const { stdout } = await promisify(execFile)(toolPath("tshark"), all, { maxBuffer: maxOutputBytes });
    return JSON.parse(stdout) as Packet[];
  } finally {
    await rm(folder, { recursive: true });
  }
}

function dissected(connection: number, from: Segment["from"], kafka: Tree): DissectedFrame {
  const version = from === "client" ? "kafka.request.version" : "kafka.response.version";
  const key = from === "client" ? "kafka.request_key" : "kafka.response_key";
  const number = (name: string): number => Number(kafka[name]);
  // What it has to say of a field is in a tree beside the field.
  const ofHeader = JSON.stringify(
    [key, version, "kafka.api_key", "kafka.api_version"].map((name) => kafka[`${name}_tree`]),
  );
  return {
    connection,
    from,
    length: number("kafka.len"),
    correlationId: number("kafka.correlation_id"),
    api: key in kafka ? { key: number(key), version: number(version) } : null,
    topicNames: [...named("kafka.topic_name", kafka)].map((name) => (name === "[ Null ]" ? null : name)),
    isKnown: key in kafka && !/unsupported_api_version|unknown_api_key/.test(ofHeader),
    isWhole: !("_ws.malformed" in kafka) && !JSON.stringify(kafka["_ws.expert"] ?? "").includes("kafka."),
  };
}

/** Every value of a name, however deep. */
function* named(name: string, value: unknown): Generator<string> {
  if (Array.isArray(value)) {
    for (const element of value) yield* named(name, element);
  } else if (typeof value === "object" && value !== null) {
    for (const [key, inner] of Object.entries(value)) {
      if (key === name) for (const each of listOf(inner)) yield String(each);
      else yield* named(name, inner);
    }
  }
}

/** What tshark prints bare if there is one, and as a list if there are several. */
function listOf(value: unknown): readonly unknown[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? value : [value];
}
